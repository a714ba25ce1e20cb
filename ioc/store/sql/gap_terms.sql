-- One row per gap between figures that should agree and measure in it, with the sign with which it counts.
select gap, series, measure, sign
from (
    values
        ('balance_gap', 'dossiers', 'received', 1),
        ('balance_gap', 'dossiers', 'carried_over', 1),
        ('balance_gap', 'dossiers', 'done_total', -1),
        ('balance_gap', 'dossiers', 'open_total', -1),
        ('portal_gap', 'dossiers', 'received', 1),
        ('portal_gap', 'portal', 'portal_total_received_numerator', -1)
) as terms (gap, series, measure, sign)
