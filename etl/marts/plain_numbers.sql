-- One row per indicator that is counted from dossiers: the number of that course on today's boundaries.
select indicator, course_no
from figure_courses
where boundary = 'current' and series = 'dossiers'
