//! Roles: the recommenders that a run tests. In files they are strings, such as `actor`, `control`, `ract`; here they
//! are types.

use ract_models::baselines::Method;
use ract_models::fine_tuning::{Arm, control};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A tested recommender. The order is that of the rows in tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Role {
    /// A baseline, such as popularity.
    Baseline(Method),
    /// The actor after its own training.
    Actor,
    /// The actor, trained further without a critic.
    Arm(Arm),
    /// The actor, trained further by the critic.
    Ract,
}

impl Role {
    /// The control, if the registry has such an arm.
    pub fn control() -> Option<Self> {
        control().map(Self::Arm)
    }

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline(method) => method.name(),
            Self::Actor => "actor",
            Self::Arm(arm) => arm.key,
            Self::Ract => "ract",
        }
    }

    /// The name in tables, in a run whose actor is called `actor`.
    pub fn label(self, actor: &str) -> &str {
        match self {
            Self::Baseline(method) => method.label,
            Self::Actor => actor,
            Self::Arm(arm) => arm.label,
            Self::Ract => "RaCT",
        }
    }

    /// Whether it was trained by gradients: all roles except baselines.
    pub fn is_trained(self) -> bool {
        !matches!(self, Self::Baseline(_))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let trained = [Self::Actor, Self::Ract].into_iter().chain(Arm::all().map(Self::Arm));
        let all: Vec<Self> = trained.chain(Method::all().map(Self::Baseline)).collect();
        all.iter().copied().find(|role| role.name() == name).ok_or_else(|| {
            let names: Vec<_> = all.iter().map(|role| role.name()).collect();
            format!("'{name}' is nothing that is tested: write one of {}", names.join(", "))
        })
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.name().to_owned()
    }
}

impl TryFrom<String> for Role {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}

/// The gain of one role over another, paired by user. In files: `ract-control`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Gain {
    /// The role that gains.
    pub of: Role,
    /// The role that it is compared with.
    pub over: Role,
}

impl Gain {
    /// The gain of `of` over `over`.
    pub fn new(of: Role, over: Role) -> Self {
        Self { of, over }
    }

    /// The name in tables, in a run whose actor is called `actor`.
    pub fn label(self, actor: &str) -> String {
        format!("{} - {}", self.of.label(actor), self.over.label(actor))
    }
}

impl fmt::Display for Gain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.of, self.over)
    }
}

impl From<Gain> for String {
    fn from(gain: Gain) -> Self {
        gain.to_string()
    }
}

impl TryFrom<String> for Gain {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let (of, over) = name.split_once('-').ok_or_else(|| format!("'{name}' is no gain: write ract-actor"))?;
        Ok(Self::new(of.parse()?, over.parse()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn role_names_are_unique_and_read_back() {
        let roles = [Role::Actor, Role::Ract].into_iter().chain(Arm::all().map(Role::Arm));
        let roles: Vec<_> = roles.chain(Method::all().map(Role::Baseline)).collect();
        for &role in &roles {
            assert_eq!(role.name().parse(), Ok(role));
            assert!(!role.name().contains('-'), "{role}: a gain could not be read");
        }
        let error = "rakt".parse::<Role>().unwrap_err();
        assert!(error.starts_with("'rakt' is nothing that is tested: write one of actor, ract, control"), "{error}");
    }

    #[test]
    fn roles_and_gains_can_be_keys_in_json() {
        let gain = Gain::new(Role::Ract, Role::control().unwrap());
        let text = serde_json::to_string(&BTreeMap::from([(gain, 1)])).unwrap();
        assert_eq!(text, r#"{"ract-control":1}"#);
        assert_eq!(serde_json::from_str::<BTreeMap<Gain, i32>>(&text).unwrap(), BTreeMap::from([(gain, 1)]));
        assert_eq!(gain.label("Mult-VAE"), "RaCT - control");
    }
}
