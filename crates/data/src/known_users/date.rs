//! What is later than a moment, the same for all users.

use super::Parts;
use crate::moment::{self, Moment};
use crate::numbering::Numbering;
use crate::{DataError, RawInteractions, Result, Scheme, Split, SplitOptions};

/// What is at `test_from` or later is the test's, what is before that and at `validation_from` or later the validation's, and
/// all else trains. A pair that is there several times counts at its first time.
///
/// `raw` was read with its times. Of the options, `heldout_users`, `drop_empty_users` and `seed` do not count.
///
/// # Errors
/// When the filters leave nobody, when there are no times, when the moments are not in their order, or when nobody who trains
/// has an item in the validation or in the test: with the times that there are.
pub fn date(
    raw: &RawInteractions,
    options: &SplitOptions,
    validation_from: &Moment,
    test_from: &Moment,
) -> Result<Split> {
    if validation_from.value() >= test_from.value() {
        let problem = format!(
            "the validation is from {validation_from} on, the test from {test_from} on: the test must \
                               be the later one"
        );
        return Err(DataError::Options(problem));
    }
    let refuse = |problem: String| DataError::File { file: raw.file.clone(), problem };
    let (Some(first), Some(last), true) = (raw.times.first(), raw.times.last(), raw.times.len() == raw.pairs.len())
    else {
        return Err(refuse("it has no times, so it cannot be split by date".to_owned()));
    };
    let numbering = Numbering::new(raw, options)?;
    let before = |times: &[f64], from: &Moment| times.partition_point(|&time| time < from.value());
    let (train, later) = raw.pairs.split_at(before(&raw.times, validation_from));
    let (validation, test) = later.split_at(before(&raw.times[train.len()..], test_from));
    let [train, validation, test] = [train, validation, test].map(|pairs| numbering.items_of(pairs));
    let parts = train.into_iter().zip(validation).zip(test);
    let parts = parts.map(|((train, validation), test)| Parts { train, validation, test });
    let scheme = Scheme::Date { validation_from: validation_from.clone(), test_from: test_from.clone() };
    let split = super::split(numbering, scheme, parts);
    let sets = [("validation", validation_from, &split.validation), ("test", test_from, &split.test)];
    if let Some((set, from, _)) = sets.into_iter().find(|(_, _, pairs)| pairs.targets.is_empty()) {
        let [first, last] = [*first, *last].map(moment::shown);
        return Err(refuse(format!(
            "nobody who has items before {validation_from} has one in the {set}, from {from} on; its times run from \
             {first} to {last}: choose another --validation-from or --test-from"
        )));
    }
    Ok(split)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{named, raw};
    use super::*;

    const OPTIONS: SplitOptions = SplitOptions { min_user_items: 0, ..SplitOptions::PUBLISHED };

    fn split(lines: &str, from: [&str; 2]) -> Result<Split, String> {
        let [validation_from, test_from] = from.map(|text| text.parse().unwrap());
        date(&raw(lines), &OPTIONS, &validation_from, &test_from).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_at_the_moment_or_later_is_held_out_and_who_does_not_train_is_counted() {
        // User 8 comes too late, user 9 has nothing held out, user 6 has no validation item.
        let lines =
            "7,1,10\n7,2,86400\n7,3,172800\n7,4,86399\n7,5,999999\n8,1,86400\n8,6,172800\n9,1,5\n6,1,1\n6,7,172800\n";
        let split = split(lines, ["1970-01-02", "172800"]).unwrap();
        let of = |pairs| named(pairs, &split);
        assert_eq!(of(&split.train), [(6, 1), (7, 1), (7, 4), (9, 1)]);
        assert_eq!(
            (of(&split.validation.fold_in), of(&split.validation.targets)),
            (vec![(7, 1), (7, 4)], vec![(7, 2)])
        );
        assert_eq!(of(&split.test.fold_in), [(6, 1), (7, 1), (7, 2), (7, 4)]);
        assert_eq!(of(&split.test.targets), [(6, 7), (7, 3), (7, 5)]);
        assert_eq!((split.dropped_users, split.training_users(), split.item_ids.len()), (1, 3, 7));
    }

    #[test]
    fn moments_that_hold_nothing_out_are_refused_with_the_times_of_the_file() {
        let lines = "1,1,10\n1,2,20\n1,3,30\n";
        assert_eq!(
            split(lines, ["2014-01-31", "2014-02-28"]).unwrap_err(),
            "FILE: nobody who has items before 2014-01-31 has one in the validation, from 2014-01-31 on; its times run from \
             10 (1970-01-01T00:00:10Z) to 30 (1970-01-01T00:00:30Z): choose another --validation-from or --test-from"
        );
        assert_eq!(
            split(lines, ["20", "15"]).unwrap_err(),
            "the validation is from 20 on, the test from 15 on: the test must be the later one"
        );
    }

    #[test]
    fn without_times_there_is_no_split_by_date() {
        let raw = RawInteractions { times: Vec::new(), ..raw("1,1,1\n") };
        let [from, to] = ["1", "2"].map(|text| text.parse().unwrap());
        let message = date(&raw, &OPTIONS, &from, &to).unwrap_err().to_string();
        assert_eq!(message, "FILE: it has no times, so it cannot be split by date");
    }
}
