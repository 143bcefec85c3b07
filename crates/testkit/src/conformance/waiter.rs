//! What waiters wait for.

use serde_json::Value;

/// Tells whether the state is reached that a waiter waits for; `None` if there is no such waiter.
pub(crate) fn is_reached(waiter: &str, configuration: &Value) -> Option<bool> {
    let member = |name: &str| configuration.get(name).and_then(Value::as_str);
    let reached = match waiter {
        "function_not_pending" => member("State").is_some_and(|state| state != "Pending"),
        "function_active" | "function_active_v2" | "published_version_active" => {
            member("State") == Some("Active")
        }
        "function_updated" | "function_updated_v2" => member("LastUpdateStatus") == Some("Successful"),
        _ => return None,
    };
    Some(reached)
}
