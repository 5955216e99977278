//! EASE with weights of users, dropout of the input, and a power of popularity.

use super::ease::{Ease, LAMBDA, Weighting};
use super::{Fitted, Parameter, Parameters};
use ract_data::Interactions;

/// In f32, between all items unless `items` says otherwise.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::number("lambda", &[20.0, 50.0, 100.0, 200.0]),
    Parameter::number("user_power", &[0.0, 0.5]),
    Parameter::number("dropout", &[0.0, 0.5]),
    Parameter::number("popularity", &[0.0]),
    Parameter::number("items", &[0.0]),
];

pub(super) fn fit(train: &Interactions, parameters: &Parameters) -> Fitted {
    let lambda = parameters.at_least("lambda", f64::MIN_POSITIVE, LAMBDA)?;
    let user_power = parameters.at_least("user_power", 0.0, "it must be 0 or more")?;
    let dropout = parameters.between("dropout", 0.0, 0.99, "it must be from 0 to 0.99")?;
    let popularity = parameters.between("popularity", -0.9, 1.0, "it must be from -0.9 to 1")?;
    let items = parameters.whole("items", 0, "it must be a number of items, or 0 for all")?;
    Ok(Box::new(Ease::<f32>::fit_weighted(train, &Weighting { lambda, user_power, dropout, popularity }, items)?))
}
