//! EASE with weights of users, dropout of the input, and a power of popularity.

use super::ease::{Ease, Weighting};
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
    let weighting = Weighting {
        lambda: parameters.number("lambda"),
        user_power: parameters.number("user_power"),
        dropout: parameters.number("dropout"),
        popularity: parameters.number("popularity"),
    };
    let items = parameters.whole("items", 0, "it must be a number of items, or 0 for all")?;
    Ok(Box::new(Ease::<f32>::fit_weighted(train, &weighting, items)?))
}
