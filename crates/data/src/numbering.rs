//! The numbers of users and items where every user trains.

use crate::split::{self, Filter, UNKNOWN};
use crate::{Id, RawInteractions, Result, Size, SplitOptions};

/// The users by ascending id, and all items in the order in which the raw file first has them: those too that nobody
/// trains on.
pub(crate) struct Numbering {
    filter: Filter,
    /// Each user's position in the raw file's ids, in the order of the uids.
    pub(crate) users: Vec<u32>,
    pub(crate) user_ids: Vec<Id>,
    /// The uid of each position.
    uids: Vec<u32>,
    pub(crate) item_ids: Vec<Id>,
    /// The sid of each item's position.
    pub(crate) sids: Vec<u32>,
    /// What passed the filters.
    pub(crate) filtered: Size,
}

impl Numbering {
    /// Of what passes the filters, and of the items that a publisher ranks users' last items with.
    ///
    /// # Errors
    /// When the filters leave nobody.
    pub(crate) fn new(raw: &RawInteractions, options: &SplitOptions) -> Result<Self> {
        let filter = Filter::new(raw, options);
        let pairs = filter.pairs(raw);
        let users = split::users_by_id(raw, &pairs);
        if users.is_empty() {
            return Err(split::nobody_left(raw, options));
        }
        let mut uids = vec![UNKNOWN; raw.user_ids.len()];
        (0..).zip(&users).for_each(|(uid, &user)| uids[user as usize] = uid);
        let user_ids = users.iter().map(|&user| raw.user_ids[user as usize].clone()).collect();

        let mut sids = vec![UNKNOWN; raw.item_ids.len()];
        let negatives = |&user: &u32| raw.test_negatives.as_ref().map(|of| &of[user as usize]);
        let negatives = users.iter().filter_map(negatives).flatten().copied();
        pairs.iter().map(|pair| pair.1).chain(negatives).for_each(|item| sids[item as usize] = 0);
        let mut item_ids = Vec::new();
        for (sid, id) in sids.iter_mut().zip(&raw.item_ids).filter(|(sid, _)| **sid != UNKNOWN) {
            *sid = item_ids.len() as u32;
            item_ids.push(id.clone());
        }
        let filtered =
            Size { users: users.len(), items: split::distinct_items(raw, &pairs), interactions: pairs.len() };
        Ok(Self { filter, users, user_ids, uids, item_ids, sids, filtered })
    }

    /// The items (sids) that each user has in `pairs`, a part of the raw file's, in their order.
    pub(crate) fn items_of(&self, pairs: &[(u32, u32)]) -> Vec<Vec<u32>> {
        let kept = pairs.iter().filter(|pair| self.filter.keeps(pair));
        split::items_of(kept, &self.users, &self.uids, &self.sids)
    }
}
