//! What an expression may do: names that exist, functions that are harmless, loops that are counted.
//!
//! What must stay true: after [`check`] every loop asks [`STEP`] before each turn, and no part of the expression builds
//! a list, a map or a long text.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators};

/// How many loops (`all`, `exists`, `exists_one`, `filter`) may stand inside each other.
pub const LOOPS_NESTED_MAX: usize = 2;
/// How often `+` may be written: a text cannot be doubled and doubled again.
pub const ADDITIONS_MAX: usize = 16;
/// The function that counts the turns of loops. It cannot be written: its name is no identifier.
pub(super) const STEP: &str = "@turn";
/// How deep the tree may be. It is walked by recursion, here and in the library.
const TREE_DEPTH_MAX: usize = 128;

const FUNCTIONS: [&str; 10] =
    ["size", "contains", "startsWith", "endsWith", "int", "uint", "double", "string", "bool", "type"];
const OPERATORS: [&str; 18] = [
    operators::CONDITIONAL,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::SUBSTRACT,
    operators::ADD,
    operators::MULTIPLY,
    operators::DIVIDE,
    operators::MODULO,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::GREATER_EQUALS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::LESS,
    operators::NEGATE,
    operators::INDEX,
    operators::IN,
];
/// Names of types, as results of `type`.
const TYPES: [&str; 8] = ["int", "uint", "double", "string", "bool", "list", "map", "null_type"];

/// Which parts of the webhook the expression asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Uses {
    pub(super) body: bool,
    pub(super) headers: bool,
    pub(super) query: bool,
    /// A whole part, or the element of an outer loop, is used inside a loop: each turn may touch all of it.
    pub(super) whole_in_loop: bool,
}

/// Why an expression is refused, at which node.
pub(super) struct Refusal {
    pub(super) node: u64,
    pub(super) message: String,
}

pub(super) fn check(mut root: IdedExpr) -> Result<(IdedExpr, Uses), Refusal> {
    let mut checker = Checker::default();
    checker.node(&mut root, 0)?;
    Ok((root, checker.uses))
}

#[derive(Default)]
struct Checker {
    uses: Uses,
    /// The names of the loops around the node.
    loops: Vec<String>,
    additions: usize,
}

fn refuse<T>(node: u64, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { node, message: message.into() })
}

impl Checker {
    fn node(&mut self, node: &mut IdedExpr, depth: usize) -> Result<(), Refusal> {
        if depth > TREE_DEPTH_MAX {
            return refuse(node.id, format!("an expression may be {TREE_DEPTH_MAX} operations deep"));
        }
        let id = node.id;
        match &mut node.expr {
            Expr::Ident(name) => self.name(id, name),
            Expr::Literal(_) => Ok(()),
            Expr::Select(select) => self.node(&mut select.operand, depth + 1),
            Expr::Call(call) => self.call(id, call, depth),
            Expr::Comprehension(turns) => self.turns(id, turns, depth),
            Expr::List(list) => match list.elements.iter().find(|element| !is_constant(&element.expr)) {
                Some(element) => {
                    refuse(element.id, "a list may hold constants only: a filter builds nothing")
                }
                None => Ok(()),
            },
            Expr::Map(_) | Expr::Struct(_) => refuse(id, "a filter builds no maps"),
            Expr::Unspecified => refuse(id, "something is missing here"),
        }
    }

    fn name(&mut self, id: u64, name: &str) -> Result<(), Refusal> {
        let in_loop = !self.loops.is_empty();
        if let Some(level) = self.loops.iter().rposition(|known| known == name) {
            self.uses.whole_in_loop |= level + 1 < self.loops.len();
            return Ok(());
        }
        match name {
            "body" => self.uses.body = true,
            "headers" => self.uses.headers = true,
            "query" => self.uses.query = true,
            "path" | "event_type" => {}
            _ if TYPES.contains(&name) => return Ok(()),
            _ => {
                let message = format!("there is no `{name}`; use body, headers, query, path or event_type");
                return refuse(id, message);
            }
        }
        self.uses.whole_in_loop |= in_loop;
        Ok(())
    }

    fn call(&mut self, id: u64, call: &mut CallExpr, depth: usize) -> Result<(), Refusal> {
        let name = call.func_name.as_str();
        if !FUNCTIONS.contains(&name) && !OPERATORS.contains(&name) {
            return refuse(id, unknown_function(name));
        }
        if name == operators::ADD {
            self.additions += 1;
            if self.additions > ADDITIONS_MAX {
                return refuse(id, format!("`+` may be written {ADDITIONS_MAX} times"));
            }
        }
        if name == operators::INDEX {
            lower_header_name(call);
        }
        let parts = call.target.as_deref_mut().into_iter().chain(&mut call.args);
        parts.into_iter().try_for_each(|part| self.node(part, depth + 1))
    }

    /// A loop. Its range is looked at outside of it, and the condition of each turn first asks [`STEP`].
    fn turns(&mut self, id: u64, turns: &mut ComprehensionExpr, depth: usize) -> Result<(), Refusal> {
        self.node(&mut turns.iter_range, depth + 1)?;
        if self.loops.len() >= LOOPS_NESTED_MAX {
            return refuse(id, format!("loops may stand {LOOPS_NESTED_MAX} deep"));
        }
        let Some(condition) = condition_of(&mut turns.loop_step, &turns.iter_var) else {
            return refuse(id, "`map` builds a list; use `exists`, `all`, `exists_one` or `filter`");
        };
        self.loops.push(turns.iter_var.clone());
        let checked = self.node(condition, depth + 1);
        self.loops.pop();
        checked?;
        let step = CallExpr { func_name: STEP.to_owned(), target: None, args: Vec::new() };
        let step = IdedExpr { id: condition.id, expr: Expr::Call(step) };
        let args = vec![step, std::mem::take(condition)];
        condition.id = id;
        condition.expr =
            Expr::Call(CallExpr { func_name: operators::LOGICAL_AND.to_owned(), target: None, args });
        Ok(())
    }
}

/// The part of a loop that its author wrote: `all` and `exists` join it to the result so far, `exists_one` and `filter`
/// choose by it. `map` has none, or collects something else than the element.
fn condition_of<'a>(step: &'a mut IdedExpr, element: &str) -> Option<&'a mut IdedExpr> {
    let Expr::Call(call) = &mut step.expr else {
        return None;
    };
    match (call.func_name.as_str(), call.args.as_mut_slice()) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR, [_, condition]) => Some(condition),
        (operators::CONDITIONAL, [condition, collect, _]) if collects_only(collect, element) => {
            Some(condition)
        }
        _ => None,
    }
}

fn collects_only(collect: &IdedExpr, element: &str) -> bool {
    let Expr::Call(call) = &collect.expr else {
        return false;
    };
    match call.args.as_slice() {
        [_, added] => match &added.expr {
            Expr::List(list) => {
                matches!(list.elements.as_slice(), [IdedExpr { expr: Expr::Ident(name), .. }] if name == element)
            }
            Expr::Literal(_) => true,
            _ => false,
        },
        _ => false,
    }
}

fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(_) => true,
        Expr::Call(call) => {
            call.func_name == operators::NEGATE
                && call.args.iter().all(|arg| matches!(arg.expr, Expr::Literal(_)))
        }
        _ => false,
    }
}

/// `headers["X-Name"]` means the header however it is written.
fn lower_header_name(call: &mut CallExpr) {
    if let [IdedExpr { expr: Expr::Ident(of), .. }, IdedExpr { expr: Expr::Literal(name), .. }] =
        call.args.as_mut_slice()
        && of == "headers"
        && let LiteralValue::String(text) = &*name
    {
        let lower = text.inner().to_ascii_lowercase();
        *name = LiteralValue::String(lower.into());
    }
}

fn unknown_function(name: &str) -> String {
    match name {
        "matches" => "there are no patterns: use startsWith, endsWith or contains".to_owned(),
        "map" => "`map` builds a list; use `exists`, `all`, `exists_one` or `filter`".to_owned(),
        "all" | "exists" | "exists_one" | "filter" => {
            format!("`{name}` is written list.{name}(element, condition)")
        }
        _ => format!(
            "there is no function `{name}`; use {}, has, all, exists, exists_one or filter",
            FUNCTIONS.join(", ")
        ),
    }
}
