-- the border pairs of each bloc as a mask
select
    bit_or(bit) filter (where bloc = 'commodity') as commodity,
    bit_or(bit) filter (where bloc = 'safe_haven') as safe_haven,
    bit_or(bit) filter (where bloc = 'euro') as euro,
    bit_or(bit) filter (where bloc = 'usd') as usd
from border
