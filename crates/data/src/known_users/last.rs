//! The last item of every user, in the order of time.

use super::Parts;
use crate::numbering::Numbering;
use crate::{RawInteractions, Result, Scheme, Split, SplitOptions};

/// Each user's last item is the test's, the last but one the validation's. A user with fewer than three items only trains.
///
/// `raw` is in the order of time. Of the options, `heldout_users`, `drop_empty_users` and `seed` do not count.
///
/// # Errors
/// When the filters leave nobody.
pub fn last(raw: &RawInteractions, options: &SplitOptions) -> Result<Split> {
    let numbering = Numbering::new(raw, options)?;
    let parts = numbering.items_of(&raw.pairs).into_iter().map(|items| match items[..] {
        [ref train @ .., validation, test] if !train.is_empty() => {
            Parts { train: train.to_vec(), validation: vec![validation], test: vec![test] }
        }
        _ => Parts { train: items, ..Parts::default() },
    });
    Ok(super::split(numbering, Scheme::Last, parts))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{named, raw};
    use super::*;

    #[test]
    fn the_last_item_is_the_tests_the_last_but_one_the_validations_and_who_has_two_only_trains() {
        let options = SplitOptions { min_user_items: 0, ..SplitOptions::PUBLISHED };
        let split = last(&raw("7,1,50\n7,2,90\n7,3,10\n7,4,70\n3,1,1\n3,9,2\n"), &options).unwrap();
        let of = |pairs| named(pairs, &split);
        assert_eq!(of(&split.train), [(3, 1), (3, 9), (7, 1), (7, 3)]);
        assert_eq!(
            (of(&split.validation.fold_in), of(&split.validation.targets)),
            (vec![(7, 1), (7, 3)], vec![(7, 4)])
        );
        assert_eq!((of(&split.test.fold_in), of(&split.test.targets)), (vec![(7, 1), (7, 3), (7, 4)], vec![(7, 2)]));
        assert_eq!((split.item_ids.len(), split.test.candidates), (5, None));
    }
}
