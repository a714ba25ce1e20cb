-- Draws that depend on the seed and on a key only: MD5 gives the same numbers in every version of the engine.
-- One key gives 128 bits, which is eight draws of 16 bits; all fractions are multiples of 1/65536, so they are exact.

create macro random_bits(key) as md5_number(concat(getvariable('seed'), '|', key));
create macro low_word(bits) as (bits & 18446744073709551615)::ubigint;
create macro high_word(bits) as (bits >> 64)::ubigint;

-- part 0 to 3 of a word
create macro draw(word, part) as ((word >> (16 * part)) & 65535) / 65536;
create macro between_draw(word, part, low, high) as low + (high - low) * draw(word, part);
create macro whole_draw(word, part, choices) as floor(draw(word, part) * choices)::integer;

-- the n-th working day; days are numbered through the whole calendar
create macro working_day(n) as getvariable('working_days')[n];
