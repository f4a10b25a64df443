//! "Did you mean": the known name nearest to an unknown one.

use strsim::damerau_levenshtein;

/// The nearest of `known` to what was given, if any is near enough to be worth saying. Dots, dashes, underscores and
/// case do not count, and a name that only lacks its group (`timeout`) finds the full one (`delivery.timeout`).
pub(crate) fn nearest(given: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let given = plain(given);
    let distance_max = (given.len() / 4).max(2);
    known
        .filter_map(|name| distance(&given, &plain(&name)).map(|distance| (distance, name)))
        .filter(|(distance, _)| *distance <= distance_max)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The distance to the name or to the part of it behind its group. `None` when nothing was given.
fn distance(given: &str, name: &str) -> Option<usize> {
    if given.is_empty() {
        return None;
    }
    let whole = damerau_levenshtein(given, name);
    // One more than the same distance to a whole name, which is the better guess of the two.
    let tail = name.split_once('_').map(|(_, tail)| damerau_levenshtein(given, tail).saturating_add(1));
    Some(tail.map_or(whole, |tail| tail.min(whole)))
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace(['.', '-'], "_")
}
