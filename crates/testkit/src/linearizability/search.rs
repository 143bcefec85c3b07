//! The search for an order (Wing and Gong, 1993), which never goes the same way twice (Lowe, 2017).

use std::collections::HashSet;
use std::vec;

use super::Specification;
use super::history::Moment;

/// What a search came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// An order that explains every answer, as places of the calls in the history. Calls without an answer are left out
    /// where that explains more.
    Order(Vec<usize>),
    Nothing,
    /// It took more steps than it may.
    GaveUp,
}

type Moments<'h, S> = [Moment<'h, <S as Specification>::Operation, <S as Specification>::Answer>];

/// How far an order has come.
struct Stage<S> {
    state: S,
    /// The latest invocation in the order: nothing that follows took effect before it.
    latest: u64,
    /// What may come next and was not tried yet.
    candidates: vec::IntoIter<usize>,
}

/// Which calls are in the order.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Taken(Vec<bool>);

impl Taken {
    fn set(&mut self, index: usize, taken: bool) {
        if let Some(place) = self.0.get_mut(index) {
            *place = taken;
        }
    }

    /// Whether no call with an answer is left.
    fn is_all_of<O, A>(&self, moments: &[Moment<'_, O, A>]) -> bool {
        moments.iter().zip(&self.0).all(|(moment, taken)| *taken || moment.answer.is_none())
    }

    /// What may come next: whatever was invoked before each answered call that is left was answered, and did not have to
    /// take effect before what is in the order already.
    fn candidates<O, A>(&self, moments: &[Moment<'_, O, A>], latest: u64) -> vec::IntoIter<usize> {
        let mut found = Vec::new();
        let mut first_answer = u64::MAX;
        // The calls stand in the order of their invocations: behind the first that is too late, all are.
        for (index, (moment, taken)) in moments.iter().zip(&self.0).enumerate() {
            if *taken {
                continue;
            }
            if moment.invoked > first_answer {
                break;
            }
            if moment.answer.is_some() {
                first_answer = first_answer.min(moment.deadline);
            }
            if moment.deadline > latest {
                found.push(index);
            }
        }
        found.into_iter()
    }
}

/// Looks for an order, depth first. `moments` stand in the order of their invocations.
pub(super) fn order<S: Specification>(initial: &S, moments: &Moments<'_, S>, steps_max: u64) -> Found {
    let mut taken = Taken(vec![false; moments.len()]);
    let mut order = Vec::new();
    let candidates = taken.candidates(moments, 0);
    let mut stages = vec![Stage { state: initial.clone(), latest: 0, candidates }];
    // The same calls in another order often lead to the same state; what failed from there fails again. What may come
    // next depends on which calls were taken alone.
    let mut visited = HashSet::new();
    let mut steps = 0;
    while !taken.is_all_of(moments) {
        let Some(stage) = stages.last_mut() else { return Found::Nothing };
        let Some(index) = stage.candidates.next() else {
            stages.pop();
            if let Some(last) = order.pop() {
                taken.set(last, false);
            }
            continue;
        };
        if steps == steps_max {
            return Found::GaveUp;
        }
        steps += 1;
        let Some(moment) = moments.get(index) else { continue };
        let Some(state) = stage.state.after(moment.operation, moment.answer) else { continue };
        let latest = stage.latest.max(moment.invoked);
        taken.set(index, true);
        if visited.insert((taken.clone(), state.clone())) {
            order.push(index);
            stages.push(Stage { candidates: taken.candidates(moments, latest), state, latest });
        } else {
            taken.set(index, false);
        }
    }
    Found::Order(order)
}
