-- One row per load: as of when its source last said what it holds, and until when that is fresh. Reads loads, source_promises.
-- The newest load of the same file or request confirms a figure, even where nothing had changed.
select loads.load_id, max(newest.as_of) as as_of, max(newest.as_of + to_seconds(source_promises.fresh_within_s)) as fresh_until
from loads
inner join loads as newest
    on newest.source_id = loads.source_id and newest.origin = loads.origin and newest.state = 'loaded'
inner join source_promises on source_promises.source_id = loads.source_id
group by loads.load_id
