//! RecVAE (Shenbin et al., WSDM 2020): a deeper encoder, a composite prior, and turns in which either the encoder or
//! the decoder trains. All constants are those of the authors' code.

use super::{Built, Setting};
use crate::actor::{Actor, Output, Turn, Users};
use crate::linear::Linear;
use crate::loss::Loss;
use crate::networks::with_fan_in_bias;
use ndarray::Axis;
use ract_autodiff::{Mat, Module, Param, Result, Scalar, Sparse, Tape, Var};
use rand::{Rng, RngCore};
use std::sync::Arc;

/// Number of encoder layers before mu and logvar.
const LAYERS: usize = 5;
/// Epsilon of the layer normalisation; it is added to the variance.
const NORM_EPSILON: f64 = 0.1;
/// Weights of the prior's three parts: a standard normal, the encoder after its previous turn, and a wide normal.
const SHARES: [f64; 3] = [3.0 / 20.0, 3.0 / 4.0, 1.0 / 10.0];
/// Log-variance of the wide normal.
const WIDE_LOGVAR: f64 = 10.0;
/// How many epochs the encoder trains before each epoch of the decoder.
const ENCODER_EPOCHS: u64 = 3;

#[derive(Debug, Module)]
struct RecVae<T> {
    encoder: Encoder<T>,
    /// The encoder at the end of its last turn; before the first, an encoder of its own. It is a part of the prior and is
    /// never trained.
    prior: Encoder<T>,
    decoder: Linear<T>,
    #[module(skip)]
    latent: usize,
    /// The weight of a user's KL term is this, times the number of the user's items.
    #[module(skip)]
    gamma: f64,
}

/// RecVAE with the multinomial likelihood.
pub fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    Ok(Box::new(RecVae::new(setting, &mut rng)))
}

/// Dense layers with swish and normalisation, each of which also sees the sum of all earlier ones; then mu and logvar.
#[derive(Debug, Module)]
struct Encoder<T> {
    layers: Vec<Layer<T>>,
    mu: Linear<T>,
    logvar: Linear<T>,
}

#[derive(Debug, Module)]
struct Layer<T> {
    dense: Linear<T>,
    gain: Param<T>,
    shift: Param<T>,
}

impl<T: Scalar> Encoder<T> {
    fn new(name: &str, items: usize, hidden: usize, latent: usize, rng: &mut impl Rng) -> Self {
        let mut dense = |layer: &str, inputs, outputs| {
            with_fan_in_bias([&format!("{name}_{layer}_w"), &format!("{name}_{layer}_b")], inputs, outputs, rng)
        };
        let layers = (1..=LAYERS).map(|k| Layer {
            dense: dense(&k.to_string(), if k == 1 { items } else { hidden }, hidden),
            gain: Param::new(format!("{name}_{k}_gain"), Mat::ones((1, hidden))),
            shift: Param::new(format!("{name}_{k}_shift"), Mat::zeros((1, hidden))),
        });
        Self { layers: layers.collect(), mu: dense("mu", hidden, latent), logvar: dense("logvar", hidden, latent) }
    }

    /// `mu` and `logvar`, B x d.
    fn apply<'t>(&self, tape: &'t Tape<T>, input: &Arc<Sparse<T>>) -> [Var<'t, T>; 2] {
        let mut earlier: Vec<Var<'t, T>> = Vec::new();
        for Layer { dense, gain, shift } in &self.layers {
            let x = match earlier.last() {
                None => dense.apply_sparse(tape, input),
                Some(&last) => earlier.iter().fold(dense.apply(last), |sum, &h| sum + h),
            };
            let swish = x * x.sigmoid();
            earlier.push(swish.layer_norm(T::of(NORM_EPSILON)) * tape.param(gain) + tape.param(shift));
        }
        let last = earlier[LAYERS - 1];
        [self.mu.apply(last), self.logvar.apply(last)]
    }

    fn copy_from(&mut self, other: &Self) -> Result<()> {
        for (to, from) in self.params_mut().into_iter().zip(other.params()) {
            to.value_mut()?.assign(from.value());
        }
        Ok(())
    }
}

/// `log N(z; mu, exp(logvar))`, elementwise, without the constant that all densities share.
fn log_density<'t, T: Scalar>(z: Var<'t, T>, mu: Var<'t, T>, logvar: Var<'t, T>) -> Var<'t, T> {
    let d = z - mu;
    (logvar + d * d * (-logvar).exp()).scale(T::of(-0.5))
}

/// `x / ||x||_2`, without a mask: what the old encoder sees, whatever the actor sees.
fn normalised<T: Scalar>(items: &Sparse<T>) -> Arc<Sparse<T>> {
    let mut input = items.clone();
    for mut user in input.outer_iterator_mut() {
        let value = T::of(1.0 / (user.nnz() as f64).sqrt());
        user.iter_mut().for_each(|(_, x)| *x = value);
    }
    Arc::new(input)
}

impl<T: Scalar> RecVae<T> {
    fn new(setting: &Setting<'_>, rng: &mut impl Rng) -> Self {
        let Setting { items, hidden, latent, gamma, .. } = *setting;
        Self {
            encoder: Encoder::new("enc", items, hidden, latent, rng),
            prior: Encoder::new("prior", items, hidden, latent, rng),
            decoder: with_fan_in_bias(["dec_w", "dec_b"], latent, items, rng),
            latent,
            gamma,
        }
    }

    /// `gamma n_u sum_d (log q(z) - log p(z))`, mean over users, 1 x 1; the prior is a mixture in each dimension.
    fn kl<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, z: Var<'t, T>, q: [Var<'t, T>; 2]) -> Var<'t, T> {
        let number = |x: f64| tape.constant(Mat::from_elem((1, 1), T::of(x)));
        let [old_mu, old_logvar] = self.prior.apply(tape, &normalised(users.items)).map(Var::detach);
        let (old_mu, old_logvar) = (old_mu.named("old_mu"), old_logvar.named("old_logvar"));
        let parts = [[number(0.0), number(0.0)], [old_mu, old_logvar], [number(0.0), number(WIDE_LOGVAR)]]
            .into_iter()
            .zip(SHARES);
        // The wide part keeps the sum above 0, so the logarithm is safe.
        let parts = parts.map(|([mu, logvar], share)| log_density(z, mu, logvar).exp().scale(T::of(share)));
        let prior = parts.reduce(|sum, part| sum + part).unwrap_or(z);
        let per_user = (log_density(z, q[0], q[1]) - prior.ln()).sum_axis(Axis(1));
        let weights = users.items.outer_iterator().map(|items| T::of(self.gamma * items.nnz() as f64)).collect();
        let weights = Mat::from_shape_vec((users.items.rows(), 1), weights).unwrap_or_default();
        (per_user * tape.constant(weights)).mean()
    }
}

impl<T: Scalar> Actor<T> for RecVae<T> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Option<Mat<T>>) -> Output<'t, T> {
        let [mu, logvar] = self.encoder.apply(tape, users.input);
        let (z, kl) = match eps {
            Some(eps) => {
                let z = mu.named("mu").reparameterize(logvar.named("logvar"), eps).named("z");
                (z, Some(self.kl(tape, users, z, [mu, logvar]).named("kl")))
            }
            None => (mu, None),
        };
        Output::of(self.decoder.apply(z).named("logits"), kl)
    }

    fn loss(&self) -> Loss {
        Loss::Nll
    }

    fn noise(&self) -> usize {
        self.latent
    }

    /// Three epochs of the encoder, then one epoch of the decoder, which sees all items.
    fn turn(&self, epoch: u64) -> Turn {
        match epoch % (ENCODER_EPOCHS + 1) {
            0 => Turn { prefix: "dec", keep: Some(1.0) },
            _ => Turn { prefix: "enc", keep: None },
        }
    }

    fn end_epoch(&mut self, epoch: u64) -> Result<()> {
        if epoch % (ENCODER_EPOCHS + 1) == ENCODER_EPOCHS { self.prior.copy_from(&self.encoder) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::EasePart;
    use super::*;
    use ract_data::Interactions;
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    fn model() -> RecVae<f64> {
        let train = Interactions::from_rows(4, [vec![0, 3]]);
        let setting = Setting {
            items: 4,
            hidden: 3,
            latent: 2,
            positive_weight: 5.0,
            gamma: 0.02,
            ease: EasePart::plain(1.0),
            knn: crate::actors::KnnPart::default(),
            popularity_power: 0.0,
            sl: crate::SlAtK::default(),
            temperature: 0.1,
            train: &train,
        };
        RecVae::new(&setting, &mut SmallRng::seed_from_u64(1))
    }

    fn items() -> Arc<Sparse<f64>> {
        Arc::new(Sparse::new((2, 4), vec![0, 2, 3], vec![0, 3, 1], vec![1.0; 3]))
    }

    #[test]
    fn the_kl_term_uses_the_prior_with_three_parts_whose_old_encoder_sees_all_items() {
        let (model, items, tape) = (model(), items(), Tape::new());
        let input = Arc::new(Sparse::new((2, 4), vec![0, 1, 1], vec![3], vec![2.0 * 0.5_f64.sqrt()]));
        let users = Users { input: &input, items: &items, rows: None };
        let eps = Mat::from_shape_fn((2, 2), |(i, j)| 0.3 * i as f64 - 0.7 * j as f64);
        let found = model.output(&tape, &users, Some(eps.clone())).kl.unwrap().scalar().unwrap();

        let value = |x: Var<'_, f64>| x.value().unwrap().clone();
        let [mu, logvar] = model.encoder.apply(&tape, &input).map(value);
        let all =
            Arc::new(Sparse::new((2, 4), vec![0, 2, 3], vec![0, 3, 1], vec![0.5_f64.sqrt(), 0.5_f64.sqrt(), 1.0]));
        let [old_mu, old_logvar] = model.prior.apply(&tape, &all).map(value);
        let density = |z: f64, mu: f64, logvar: f64| (-0.5 * (logvar + (z - mu).powi(2) / logvar.exp())).exp();
        let mut expected = 0.0;
        for (at, &mu) in mu.indexed_iter() {
            let z = mu + eps[at] * (logvar[at] / 2.0).exp();
            let q = density(z, mu, logvar[at]);
            let old = density(z, old_mu[at], old_logvar[at]);
            let p = 0.15 * density(z, 0.0, 0.0) + 0.75 * old + 0.1 * density(z, 0.0, 10.0);
            expected += 0.02 * [2.0, 1.0][at.0] * (q / p).ln() / 2.0;
        }
        assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
    }

    #[test]
    fn the_prior_gets_no_gradient_and_copies_the_encoder_at_the_end_of_the_encoders_turn() {
        let mut model = model();
        let (items, tape) = (items(), Tape::new());
        let users = Users { input: &items, items: &items, rows: None };
        let kl = model.output(&tape, &users, Some(Mat::ones((2, 2)))).kl.unwrap();
        let grads = kl.backward(model.params()).unwrap();
        assert!(model.prior.params().into_iter().all(|param| grads.get(param).is_none()));
        assert!(grads.get(model.encoder.params()[0]).is_some());
        drop((grads, tape));

        model.encoder.params_mut()[0].value_mut().unwrap().fill(7.0);
        for epoch in [1, 2, 4] {
            model.end_epoch(epoch).unwrap();
            assert_ne!(model.prior.params()[0].value(), model.encoder.params()[0].value());
        }
        model.end_epoch(3).unwrap();
        assert_eq!(model.prior.params()[0].value(), model.encoder.params()[0].value());
    }

    #[test]
    fn encoder_and_decoder_train_in_turn() {
        let turns: Vec<_> = (1..=5).map(|epoch| model().turn(epoch).prefix).collect();
        assert_eq!(turns, ["enc", "enc", "enc", "dec", "enc"]);
        let built = model();
        for param in built.params() {
            let trained = (1..=4).any(|epoch| param.name().starts_with(built.turn(epoch).prefix));
            assert_eq!(trained, !param.name().starts_with("prior"), "{}", param.name());
        }
    }
}
