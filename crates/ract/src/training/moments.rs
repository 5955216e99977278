//! The moments and step counts of an optimiser, by name, as checkpoints store them.

use crate::run::{Steps, Tensors};
use ract_autodiff::Mat;
use ract_autodiff::optim::Adam;

/// The two moments of each parameter. Their names are those of the parameter with `first` or `second` before them:
/// `first.critic.w1`.
pub(super) fn moments<'a>(network: &'a str, adam: &'a Adam<f32>) -> impl Iterator<Item = (String, &'a Mat<f32>)> {
    adam.moments().iter().flat_map(move |moments| {
        let name = |of: &str| format!("{of}.{network}.{}", moments.name());
        [(name("first"), &moments.first), (name("second"), &moments.second)]
    })
}

/// The steps of each parameter: `critic.w1`.
pub(super) fn steps(network: &str, adam: &Adam<f32>) -> Steps {
    adam.moments().iter().map(|moments| (format!("{network}.{}", moments.name()), moments.steps)).collect()
}

/// Fills in the moments and steps of `adam`. The moments are taken out of `saved`.
///
/// # Errors
/// The name of what is missing or has another shape.
pub(super) fn restore(network: &str, adam: &mut Adam<f32>, saved: &mut Tensors, steps: &Steps) -> Result<(), String> {
    for moments in adam.moments_mut() {
        let param = format!("{network}.{}", moments.name());
        let mut moment = |of: &str| {
            let name = format!("{of}.{param}");
            saved.remove(&name).filter(|saved| saved.dim() == moments.first.dim()).ok_or(name)
        };
        let (first, second) = (moment("first")?, moment("second")?);
        (moments.first, moments.second) = (first, second);
        moments.steps = *steps.get(&param).ok_or_else(|| format!("the steps of {param}"))?;
    }
    Ok(())
}
