//! Compares one batch of RecVAE with its authors' module (golden/recvae.json), in f64 to 1e-10: the encoder's turn, in
//! which a mask hides items, and the decoder's turn, in which nothing is hidden.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod golden;

use golden::{assert_close, assert_number, matrix, sparse};
use ndarray::Axis;
use ract_autodiff::{Mat, Tape};
use ract_data::Interactions;
use ract_models::Users;
use ract_models::actors::{EasePart, KnnPart, Setting, recvae};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde_json::Value;
use std::sync::Arc;

fn size(json: &Value, name: &str) -> usize {
    json[name].as_u64().unwrap() as usize
}

/// The value of `param` among `values`, which have the authors' names and shapes: a matrix of weights is transposed.
fn of_authors(values: &Value, param: &str) -> Mat<f64> {
    let parts: Vec<_> = param.split('_').collect();
    let name = match parts[..] {
        ["dec", "w"] => "dec_weight".to_owned(),
        ["dec", _] => "dec_bias".to_owned(),
        [encoder, layer, what] => {
            let encoder = encoder.replace("prior", "old");
            let kind = if ["gain", "shift"].contains(&what) { "ln" } else { "fc" };
            let layer = if ["mu", "logvar"].contains(&layer) { format!("_{layer}") } else { layer.to_owned() };
            let what = if ["w", "gain"].contains(&what) { "weight" } else { "bias" };
            format!("{encoder}_{kind}{layer}.{what}")
        }
        _ => panic!("{param}"),
    };
    let value = matrix(&values[name]);
    if param.ends_with("_w") { value.reversed_axes() } else { value }
}

/// Compares the turn `turn`, in which an item is seen with probability `keep`.
fn assert_turn(turn: &str, mask: impl FnOnce(&Value, &Mat<f64>) -> Mat<f64>, keep: f64) {
    let json: Value = serde_json::from_str(include_str!("golden/recvae.json")).unwrap();
    let x = matrix(&json["x"]);
    let train = Interactions::from_rows(x.ncols(), [[0]]);
    let setting = Setting {
        items: size(&json, "items"),
        hidden: size(&json, "hidden"),
        latent: size(&json, "latent"),
        positive_weight: 5.0,
        gamma: json["gamma"].as_f64().unwrap(),
        ease: EasePart::plain(1.0),
        knn: KnnPart::default(),
        popularity_power: 0.0,
        sl: ract_models::SlAtK::default(),
        temperature: 0.1,
        train: &train,
    };
    let mut actor = recvae::build::<f64>(&setting, &mut SmallRng::seed_from_u64(0)).unwrap();
    for param in actor.params_mut() {
        let value = of_authors(&json["weights"], param.name());
        param.value_mut().unwrap().assign(&value);
    }
    let norm = x.map_axis(Axis(1), |row| row.dot(&row).sqrt()).insert_axis(Axis(1));
    let input = Arc::new(sparse(&(mask(&json, &x) * &x / norm / keep)));
    let items = Arc::new(sparse(&x));
    let users = Users { input: &input, items: &items, rows: None };

    let (expected, tape) = (&json[turn], Tape::new());
    let scored = actor.forward(&tape, &users, matrix(&json["eps"]));
    for name in ["mu", "logvar", "old_mu", "old_logvar"] {
        let found = tape.named(name).unwrap();
        assert_close(&format!("{turn} {name}"), found.value().unwrap(), &matrix(&expected[name]));
    }
    let (nll, kl) = (scored.loss.mean(), scored.output.kl.unwrap());
    let loss = nll + kl;
    for (name, found) in [("nll", nll), ("kld", kl), ("loss", loss)] {
        assert_number(&format!("{turn} {name}"), found.scalar().unwrap(), expected[name].as_f64().unwrap());
    }
    let grads = loss.backward(actor.params()).unwrap();
    for param in actor.params() {
        let what = format!("{turn}, gradient of {}", param.name());
        match grads.get(param) {
            Some(found) => assert_close(&what, found, &of_authors(&expected["gradients"], param.name())),
            None => assert!(param.name().starts_with("prior"), "{what} is missing"),
        }
    }
}

#[test]
fn the_encoders_turn_has_the_golden_values_and_gradients() {
    assert_turn("encoder_turn", |json, _| matrix(&json["mask"]), 0.5);
}

#[test]
fn the_decoders_turn_has_the_golden_values_and_gradients() {
    assert_turn("decoder_turn", |_, x| Mat::ones(x.dim()), 1.0);
}
