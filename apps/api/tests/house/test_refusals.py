"""Every error that the code behind an operation may raise stands in the contract, by its code."""

from typing import Any

from agentlab.app import create_app
from agentlab.contract import operations
from agentlab.errors import AgentLabError
from agentlab.kit.pages import InvalidCursor, UnknownOrder
from agentlab.settings import Settings
from tests.support.reach import place_of
from tests.support.refused import errors_of

APP = create_app(Settings(), with_worker=False)
CONTRACT = APP.openapi()
OPERATIONS = {
    operation["operationId"]: operation
    for item in CONTRACT["paths"].values()
    for operation in item.values()
}

OF_PARAMETERS = {InvalidCursor.code: "after", UnknownOrder.code: "sort"}
"""Refusals of what a list is asked for: not where the server itself says what it wants."""

SHELF = {"backup_runs", "backup_stopped", "bundle_missing", "already_running"}
STORE = {"no_such_incident", "no_such_maintenance"}

NEVER: tuple[tuple[str, set[str], set[str]], ...] = (
    (
        "Only projects have keys, and in the bin they keep theirs.",
        {
            *("create_client", "change_client", "create_service", "change_service"),
            *("move_service", "undo_move_of_service", "move_project", "restore_binned"),
            *("create_application", "change_application"),
        },
        {"key_taken"},
    ),
    (
        "Whoever is signed in is there, and so are whose link it is and what was made just now.",
        {
            *("change_profile", "change_password", "end_other_sessions", "export_own_data"),
            *("accept_link", "create_reference_item"),
        },
        {"not_found"},
    ),
    (
        "No agent comes as far, because the route is for people.",
        {"decide_submission", "renew_approval", "accept_change"},
        {"only_people_decide"},
    ),
    (
        "The submission was made or found under the lock that holds it; its stage does not move.",
        {"renew_approval"},
        {
            *("not_what_was_submitted", "submission_already_decided", "submission_withdrawn"),
            *("rounds_open", "reason_missing"),
        },
    ),
    (
        "An acceptance looks at no earlier decision.",
        {"accept_change"},
        {"already_decided_by_you", "reviewer_already_decided"},
    ),
    ("A template's own gates are taken as they are.", {"change_template"}, {"unknown_gate"}),
    ("Nobody is there who could have the address.", {"set_up"}, {"email_taken"}),
    (
        "A first restore comes with a key, and offers nothing that is empty.",
        {"restore_found_backup"},
        {"backup_key_missing", "bundle_empty"},
    ),
    (
        "Which server it is, nobody asks before it is restored into.",
        {"restore_backup", "restore_found_backup"},
        {"database_server_too_old"},
    ),
    (
        "Looking at the shelf takes no lock; who takes it is the job, or a process of its own.",
        {
            *("get_setup", "set_up", "restore_found_backup", "list_backups", "make_backup"),
            *("prove_backup", "get_restore", "restore_backup"),
        },
        SHELF,
    ),
    (
        "Only the lock of the shelf is looked at.",
        {"make_backup", "get_restore"},
        {"backup_folder_unusable"},
    ),
    (
        "The provider is not asked, or what it says is told at the page to sign in.",
        {"get_single_sign_on", "start_single_sign_on", "finish_single_sign_on"},
        {"provider_refused", "provider_unavailable"},
    ),
    (
        "Each asks the prober's memory for one thing.",
        {"get_status_page", "explain_incident", "plan_maintenance", "cancel_maintenance"},
        STORE,
    ),
    ("Without a status page that is what is answered.", {"get_status_page"}, {"no_status_page"}),
)
"""What is not weighed by who reads the code, with the reason why it does not happen there."""

MADE_OF_OURS = {"create_sample"}
"""Its folders, its answers and their order are our own, so that only the place can refuse it."""


def test_every_error_behind_an_operation_is_documented_with_its_status() -> None:
    raised = errors_of()
    missing: dict[str, list[str]] = {}
    for name, route in operations(APP):
        if name not in OPERATIONS or name in MADE_OF_OURS:
            continue
        left_out = {code for _, names, codes in NEVER if name in names for code in codes}
        for error in raised.get(place_of(route.endpoint), ()):
            if error.code not in left_out and not is_said(OPERATIONS[name], error):
                missing.setdefault(name, []).append(f"{error.status} {error.code}")
    assert missing == {}


def is_said(operation: dict[str, Any], error: type[AgentLabError]) -> bool:
    parameters = {each["name"] for each in operation.get("parameters", [])}
    if error.code in OF_PARAMETERS and OF_PARAMETERS[error.code] not in parameters:
        return True
    said = operation["responses"].get(str(error.status), {}).get("description", "")
    return f"`{error.code}`" in said


def test_what_is_said_never_to_happen_is_what_the_code_could_do() -> None:
    """An exception whose reason is gone would hide the next error of that name."""
    raised = errors_of()
    at = {name: place_of(route.endpoint) for name, route in operations(APP)}
    for reason, names, codes in NEVER:
        could = {error.code for name in names for error in raised[at[name]]}
        assert codes <= could, reason


def test_no_reply_is_documented_by_a_pattern_of_statuses() -> None:
    """Or no status could be undocumented."""
    for name, operation in OPERATIONS.items():
        assert all(status.isdigit() for status in operation["responses"]), name
