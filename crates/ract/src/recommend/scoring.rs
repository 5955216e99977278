//! What the critic expects of rankings that any system made.

use super::prediction::Calibration;
use super::ranking::{Form, Ranking, matrix};
use super::{Quality, Recommender, batch_of};
use crate::{Error, Result};
use ract_data::{Dataset, Interactions};
use ract_models::Output;

/// How the critic's output for rankings of a form becomes an expected metric.
#[derive(Clone, Copy, Debug)]
pub struct Scoring(Calibration);

impl Recommender<'_> {
    /// Fits how the critic judges rankings of this form, on the validation users' rankings by this recommender, and measures
    /// on the test users' how good that is.
    ///
    /// # Errors
    /// When the recommender has no critic, or its critic sees which items are held out.
    pub fn scoring(&mut self, data: &Dataset, form: Form) -> Result<(Scoring, Quality)> {
        let (calibration, quality) = self.calibrate(data, Some(form))?;
        Ok((Scoring(calibration), quality))
    }

    /// The metric that the critic expects of each user's ranking. The users' histories are users x items.
    ///
    /// # Errors
    /// When there are not as many rankings as users, or the recommender has no critic.
    pub fn score(
        &mut self,
        Scoring(calibration): Scoring,
        histories: &Interactions,
        rankings: &[Ranking],
    ) -> Result<Vec<f64>> {
        if histories.n_users() != rankings.len() {
            let problem = format!("{} histories and {} rankings", histories.n_users(), rankings.len());
            return Err(Error::Usage(problem));
        }
        let n_items = self.n_items;
        let Some(trainer) = self.with_critic() else {
            return Err(Error::Usage("a recommender without a critic cannot judge rankings".to_owned()));
        };
        let batch = batch_of(histories, n_items);
        let expected = {
            let kl = trainer.output(&batch).kl;
            let given = Output::of(trainer.tape.constant(matrix(rankings, n_items)), kl);
            calibration.of(trainer, &batch, given)?
        };
        trainer.tape.reset();
        Ok(expected)
    }
}
