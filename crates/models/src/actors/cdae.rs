//! CDAE (Wu et al., WSDM 2016): a denoising autoencoder that also learns one vector for each user.

use super::{Built, Setting};
use crate::actor::{Output, Users};
use crate::init::xavier;
use crate::linear::Linear;
use crate::networks::{Autoencoder, Network, with_zero_bias};
use ract_autodiff::{Mat, Module, Param, Scalar, Tape};
use rand::{Rng, RngCore};

/// I - latent tanh - I. The user's vector is added before the tanh. A held-out user has no vector; zero takes its
/// place, which is the mean of the initial vectors.
#[derive(Debug, Module)]
struct Cdae<T> {
    enc: Linear<T>,
    users: Param<T>,
    dec: Linear<T>,
}

/// CDAE with a weighted squared error.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    let network = Cdae::new(setting.train.n_users(), setting.items, setting.latent, &mut rng);
    Ok(Box::new(Autoencoder { network, loss: setting.squared_error() }))
}

impl<T: Scalar> Cdae<T> {
    fn new(users: usize, items: usize, latent: usize, rng: &mut impl Rng) -> Self {
        Self {
            enc: with_zero_bias(["enc_w", "enc_b"], items, latent, rng),
            users: Param::new("user_w", xavier(users, latent, rng)),
            dec: with_zero_bias(["dec_w", "dec_b"], latent, items, rng),
        }
    }
}

impl<T: Scalar> Network<T> for Cdae<T> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, _eps: Option<Mat<T>>) -> Output<'t, T> {
        let mut h = self.enc.apply_sparse(tape, users.input).named("enc");
        if let Some(rows) = users.rows {
            h = h + tape.param(&self.users).gather_rows(rows.iter().map(|&row| row as usize).collect());
        }
        Output::of(self.dec.apply(h.tanh().named("z")).named("logits"), None)
    }
}
