-- What is the same in all lines of a procedure or a unit, by its number.
set variable procedure_wires = (select list(wire order by procedure_no) from procedure);
set variable unit_wires = (
    select list(unit.wire order by numbers.number)
    from range(1, (select max(unit_no) + 1 from unit)) as numbers(number)
    left join unit on unit.unit_no = numbers.number
);
