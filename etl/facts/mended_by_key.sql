-- One row per row that an earlier file had refused whose key the rows of this load state well.
-- Reads refused_again (the verdict on the refused rows), staged (that on the rows of this load).
select distinct refused_again.row_no
from refused_again
inner join (select {key} from staged where len(problems) = 0) as good using ({key})
