//! Items in the order of their scores.

/// Numbers that items can be ranked by.
pub trait Ranks: Sized {
    /// The items, best score first; of equal scores the item with the smaller number. Scores that are no numbers come last.
    fn by_score(scores: &[Self]) -> Vec<u32>;
}

impl Ranks for f32 {
    /// Score and item as one number, which sorts faster than pairs.
    fn by_score(scores: &[Self]) -> Vec<u32> {
        let keys = scores.iter().zip(0_u64..).map(|(&score, item)| u64::from(descending(score)) << 32 | item);
        let mut keys: Vec<u64> = keys.collect();
        // It keeps the order of items whose scores are equal.
        radsort::sort_by_key(&mut keys, |&key| (key >> 32) as u32);
        keys.into_iter().map(|key| key as u32).collect()
    }
}

impl Ranks for f64 {
    fn by_score(scores: &[Self]) -> Vec<u32> {
        let mut order: Vec<u32> = (0..scores.len() as u32).collect();
        let score =
            |item: u32| Some(scores[item as usize]).filter(|score| !score.is_nan()).unwrap_or(Self::NEG_INFINITY);
        order.sort_by(|&i, &j| score(j).partial_cmp(&score(i)).unwrap_or(std::cmp::Ordering::Equal));
        order
    }
}

/// A number that is smaller the better the score is.
fn descending(score: f32) -> u32 {
    if score.is_nan() {
        return u32::MAX;
    }
    let bits = (score + 0.0).to_bits(); // -0 becomes 0: the two are equal
    let ascending = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
    !ascending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_by_item_and_what_is_no_number_comes_last() {
        let scores = [1.0, f64::NAN, 2.0, 1.0, -0.0, 0.0, -3.5, -4.0];
        let expected = [2, 0, 3, 4, 5, 6, 7, 1];
        assert_eq!(f64::by_score(&scores), expected);
        assert_eq!(f32::by_score(&scores.map(|score| score as f32)), expected);
    }
}
