//! Check-ins of SNAP: a line `user time latitude longitude location` for each, with tabs between them.

use super::input::{Input, InputFile};
use super::lines::Lines;
use super::{Reader, whole_number};
use crate::moment;
use crate::raw::{Collector, Id, Place, ReadOptions, Row, Rows};
use crate::{RawInteractions, Result};
use std::io::Read;

/// `loc-gowalla_totalCheckins.txt`. Who comes to a place again repeats a pair, which counts once.
pub(crate) static CHECKINS: Reader = Reader {
    name: "checkins",
    description: "A line `USER TIME LATITUDE LONGITUDE LOCATION` for each check-in, with tabs between them.",
    example: &[(
        "loc-gowalla_totalCheckins.txt",
        "7\t2010-10-17T01:48:53Z\t30.2\t-97.7\t1\n8\t2010-10-18T01:48:53Z\t30.2\t-97.7\t1\n\
         7\t2010-10-19T01:48:53Z\t40.6\t-73.9\t2\n8\t2010-10-20T01:48:53Z\t40.6\t-73.9\t2\n",
    )],
    has_ratings: false,
    has_times: true,
    read,
};

/// Whether a file that begins with this line is one.
pub(super) fn is_first(line: &[u8]) -> bool {
    let mut fields = line.split(|&byte| byte == b'\t').map(|field| std::str::from_utf8(field).unwrap_or_default());
    let is_time = |field: &str| field.contains('T') && moment::value(field).is_some();
    let is_number = |field: &str| field.parse::<f64>().is_ok();
    fields.next().is_some_and(is_number)
        && fields.next().is_some_and(is_time)
        && fields.next().is_some_and(is_number)
        && fields.next().is_some_and(is_number)
        && fields.count() == 1
}

fn read(input: &mut Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
    let mut all = Collector::new(options);
    while let Some(InputFile { source, name }) = input.next()? {
        all.add(Checkins { lines: Lines::new(source, &name), reads_times: options.by_time })?;
    }
    all.finish(input.name())
}

struct Checkins<R> {
    lines: Lines<R>,
    reads_times: bool,
}

impl<R: Read> Rows for Checkins<R> {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        let Self { lines, reads_times } = self;
        if !lines.advance()? {
            return Ok(None);
        }
        let problem = |problem| lines.place().problem(problem);
        let names = ["user", "time", "latitude", "longitude", "location, with tabs between them"];
        let [user, time, _, _, location] = lines.fields("\t", names)?;
        let id = |name: &str, field| whole_number(name, field).map(Id::Number).map_err(problem);
        Ok(Some(Row {
            user: id("user", user)?,
            item: id("location", location)?,
            rating: 1.0,
            time: reads_times.then(|| moment::of_field("time", time)).transpose().map_err(problem)?,
        }))
    }

    fn place(&self) -> Place {
        self.lines.place().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str, by_time: bool) -> Result<RawInteractions, String> {
        let options = ReadOptions { min_rating: None, by_time };
        CHECKINS.read(Input::stream("FILE", text.as_bytes()), &options).map_err(|error| error.to_string())
    }

    #[test]
    fn who_comes_again_is_counted_and_merged_at_the_first_time() {
        let text = "0\t2010-10-19T23:55:27Z\t30.2\t-97.7\t22847\n0\t2010-10-18T22:17:43Z\t30.2\t-97.7\t420315\n\
                    0\t2010-10-17T23:42:03Z\t30.2\t-97.7\t22847\n";
        let raw = read_text(text, true).unwrap();
        assert_eq!((raw.rows, raw.duplicates, raw.pairs.len()), (3, 1, 2));
        let first: Vec<_> = raw.pairs.iter().map(|pair| raw.item_ids[pair.1 as usize].to_string()).collect();
        assert_eq!((first, raw.times[0]), (vec!["22847".to_owned(), "420315".to_owned()], 1_287_358_923.0));
    }

    #[test]
    fn an_error_names_file_line_and_value() {
        let line = "0\t2010-10-19T23:55:27Z\t30.2\t-97.7\t22847\n";
        for (text, message) in [
            (line.replace("22847", "x"), "line 1: location is 'x', not a whole number of 0 or more"),
            (line.replace("2010-10-19T23:55:27Z", "noon"), "line 1: time is 'noon', not a time"),
            (format!("{line}0\t1\n"), "line 2: '0\\t1' has 2 fields instead of 5: user, time, latitude"),
        ] {
            let found = read_text(&text, true).unwrap_err();
            assert!(found.starts_with(&format!("FILE, {message}")), "{found}");
        }
    }
}
