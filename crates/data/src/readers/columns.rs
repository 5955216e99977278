//! Which column of a table holds what, by the columns' names.

/// What columns are called, in lower case and without `_`, `-` and spaces; RecBole's types, as in `user_id:token`, are cut.
const USER: &[&str] = &[
    "user",
    "userid",
    "uid",
    "customer",
    "customerid",
    "visitor",
    "visitorid",
    "member",
    "memberid",
    "reviewerid",
    "userprocid",
];
const ITEM: &[&str] = &[
    "item",
    "itemid",
    "iid",
    "movie",
    "movieid",
    "product",
    "productid",
    "article",
    "articleid",
    "asin",
    "isbn",
    "itemprocid",
    "song",
    "songid",
    "track",
    "trackid",
    "artist",
    "artistid",
    "book",
    "bookid",
    "sku",
];
const RATING: &[&str] = &["rating", "ratings", "stars", "score", "overall", "plays", "count", "weight"];
/// Of these, what counts how often rather than how much someone liked something.
const QUANTITY: &[&str] = &["plays", "count", "weight"];
const TIME: &[&str] = &["timestamp", "time", "date", "datetime", "unixreviewtime"];

/// The columns' names, where the caller names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnNames {
    /// The column of users.
    pub user: Option<String>,
    /// The column of items.
    pub item: Option<String>,
    /// The column of ratings.
    pub rating: Option<String>,
    /// The column of times.
    pub time: Option<String>,
}

impl ColumnNames {
    /// Those that the caller names.
    pub(super) fn given(&self) -> impl Iterator<Item = &String> {
        [&self.user, &self.item, &self.rating, &self.time].into_iter().flatten()
    }
}

/// A column that is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) index: usize,
    /// As in the header; without one, `column N`.
    pub(super) name: String,
}

/// The columns that are read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Columns {
    pub(super) user: Column,
    pub(super) item: Column,
    pub(super) rating: Option<Column>,
    pub(super) time: Option<Column>,
}

impl Columns {
    /// Among columns of the names `all`.
    ///
    /// # Errors
    /// What is wrong: a column is not there, or cannot be told from others.
    pub(super) fn named(all: &[String], names: &ColumnNames) -> Result<Self, String> {
        let column = |name: &Option<String>, kind: &[&str], flag: &str| -> Result<Option<Column>, String> {
            let is_meant = |column: &String| match name {
                Some(name) => column == name,
                None => kind.contains(&plain(column).as_str()),
            };
            let found: Vec<usize> = (0..all.len()).filter(|&index| is_meant(&all[index])).collect();
            match (&found[..], name) {
                (&[index], _) => Ok(Some(Column { index, name: all[index].clone() })),
                ([], None) => Ok(None),
                ([], Some(name)) => Err(format!("no column '{name}'; its columns are: {}", all.join(", "))),
                (_, None) => {
                    let found = found.iter().map(|&index| &*all[index]).collect::<Vec<_>>().join(" and ");
                    Err(format!("the columns {found} both look right: choose one with {flag}"))
                }
                (_, Some(name)) => Err(format!("several columns '{name}'")),
            }
        };
        let missing = |what: &str| {
            let columns = all.join(", ");
            format!(
                "no column of {what}s is known by its name; the columns are {columns}: name one with --{what}-column"
            )
        };
        let user = column(&names.user, USER, "--user-column")?.ok_or_else(|| missing("user"))?;
        let item = column(&names.item, ITEM, "--item-column")?.ok_or_else(|| missing("item"))?;
        if user.index == item.index {
            return Err(format!("the column '{}' cannot be both users and items", user.name));
        }
        let rating = column(&names.rating, RATING, "--rating-column")?;
        Ok(Self { user, item, rating, time: column(&names.time, TIME, "--time-column")? })
    }

    /// The first columns of a table without names.
    pub(super) fn first(width: usize) -> Option<Self> {
        let column = |index| (index < width).then(|| Column { index, name: format!("column {}", index + 1) });
        Some(Self { user: column(0)?, item: column(1)?, rating: column(2), time: column(3) })
    }

    /// Whether the ratings may say how much someone liked something, rather than how often it was bought or played.
    pub(super) fn may_have_stars(&self) -> bool {
        self.rating.as_ref().is_some_and(|column| !QUANTITY.contains(&plain(&column.name).as_str()))
    }
}

/// Whether a column of that name holds users, items, ratings or times.
pub(super) fn is_known(name: &str) -> bool {
    [USER, ITEM, RATING, TIME].into_iter().any(|kind| kind.contains(&plain(name).as_str()))
}

impl std::fmt::Display for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "users: {}, items: {}", self.user.name, self.item.name)?;
        if let Some(rating) = &self.rating {
            write!(f, ", ratings: {}", rating.name)?;
        }
        if let Some(time) = &self.time {
            write!(f, ", times: {}", time.name)?;
        }
        Ok(())
    }
}

/// A column's name as the lists above have it.
fn plain(name: &str) -> String {
    let name = name.trim_start_matches('\u{feff}').split(':').next().unwrap_or_default();
    name.to_lowercase().replace(['_', '-', ' '], "")
}
