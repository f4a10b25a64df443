//! What `/proc/<pid>/stat` says of a process.

/// The kernel counts in ticks of 10 ms on every Linux.
const TICK_US: u64 = 10_000;
/// Fields after the command name: the parent, user and system time, and both of the children that were waited for.
const PARENT: usize = 1;
const USER_TIME: usize = 11;
const SYSTEM_TIME: usize = 12;
const CHILDREN_USER_TIME: usize = 13;
const CHILDREN_SYSTEM_TIME: usize = 14;

/// The times of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProcessTimes {
    pub(crate) parent: u32,
    /// User and system time, in microseconds.
    pub(crate) own_us: u64,
    /// The same of its children that have ended.
    pub(crate) ended_children_us: u64,
}

impl ProcessTimes {
    /// From the text of the file; what is missing counts as nothing.
    pub(crate) fn parse(text: &str) -> Self {
        // The name may hold blanks and brackets; what follows its last bracket does not.
        let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let number = |field: usize| fields.get(field).and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
        Self {
            parent: u32::try_from(number(PARENT)).unwrap_or(0),
            own_us: (number(USER_TIME) + number(SYSTEM_TIME)) * TICK_US,
            ended_children_us: (number(CHILDREN_USER_TIME) + number(CHILDREN_SYSTEM_TIME)) * TICK_US,
        }
    }
}

#[cfg(test)]
mod tests {
    //! Fields behind an awkward name.

    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_brackets() {
        let text = "12 (a) b (c)) S 7 12 12 0 -1 0 1 2 3 4 50 6 70 8 20 0 1 0 99";
        let times = ProcessTimes { parent: 7, own_us: 560_000, ended_children_us: 780_000 };
        assert_eq!(ProcessTimes::parse(text), times);
    }
}
