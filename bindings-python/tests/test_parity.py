"""The façade against the operation table, and sync against async."""

import ast
import inspect
import json
from pathlib import Path

import pytest

import kakiyo
from kakiyo import AsyncKaiko, AsyncKakiyo, Kaiko, Kakiyo, _testing
from kakiyo._generated import async_resources, resources
from kakiyo._paginator import AsyncPaginator, Paginator

ROOT = Path(__file__).parents[2]
TABLE = json.loads((ROOT / "core/operations.json").read_text())
OPERATIONS = TABLE["operations"] + TABLE.get("helpers", [])
#: Methods of every client that are no operations.
OWN_METHODS = {
    "with_options",
    "raw",
    "close",
    "quota",
    "credits",
    "declare_balance",
    "resume",
    "reconcile",
    "explain",
    "explain_import",
}
CLIENTS = {"kakiyo": (Kakiyo, AsyncKakiyo), "kaiko": (Kaiko, AsyncKaiko)}


def method(client, operation):
    found = client("k" * 40)
    for name in operation["id"].split("."):
        found = getattr(found, name)
    return found


def test_there_is_a_table():
    assert len(OPERATIONS) >= 13


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation["id"])
def test_every_operation_is_there_twice_with_one_signature(operation):
    sync, asynchronous = (method(client, operation) for client in CLIENTS[operation["service"]])
    signatures = [inspect.signature(one) for one in (sync, asynchronous)]
    assert [*signatures[0].parameters.values()] == [*signatures[1].parameters.values()]
    paged = operation["shape"] == "page"
    assert inspect.iscoroutinefunction(asynchronous) is not paged
    assert signatures[1].return_annotation == ("Async" * paged + signatures[0].return_annotation)
    assert sync.__doc__ == asynchronous.__doc__

    parameters = signatures[0].parameters
    for argument in operation["arguments"]:
        parameter = parameters[argument["name"]]
        positional = parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        assert positional is argument["positional"]
        assert (parameter.default is inspect.Parameter.empty) is argument["required"]
        assert f"    {argument['name']}: " in sync.__doc__
    assert operation["source"] in sync.__doc__
    assert operation["summary"].split()[0] in sync.__doc__


@pytest.mark.parametrize("service", CLIENTS)
def test_both_clients_offer_the_same(service):
    clients = CLIENTS[service]

    def public(client):
        return {name for name in dir(client) if not name.startswith("_")}

    assert public(clients[0]) == public(clients[1])
    own = {one["id"].split(".")[0] for one in OPERATIONS if one["service"] == service}
    assert public(clients[0]) == own | OWN_METHODS
    assert public(Paginator) == public(AsyncPaginator)
    assert {
        f"Async{name}" for name in dir(resources) if inspect.isclass(getattr(resources, name))
    } >= {name for name in dir(async_resources) if name.startswith("Async")} - {"AsyncCaller"}
    for name in (*OWN_METHODS, "__init__"):
        parameters = [inspect.signature(getattr(c, name)).parameters for c in clients]
        assert list(parameters[0]) == list(parameters[1])


def test_the_stubs_name_what_the_module_has():
    stub = ast.parse((Path(kakiyo.__file__).parent / "_native.pyi").read_text())
    for node in stub.body:
        if isinstance(node, ast.ClassDef):
            real = getattr(kakiyo._native, node.name)
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    assert hasattr(real, member.name), f"{node.name}.{member.name}"
            fields = {name for name in vars(real) if not name.startswith("__")}
            named = {member.name for member in node.body if isinstance(member, ast.FunctionDef)}
            inherited = {"index", "count"}
            assert fields - inherited <= named, f"{node.name}: {fields - named}"


def test_the_classes_have_docs():
    for name in kakiyo.models.__all__:
        assert getattr(kakiyo.models, name).__doc__
    assert kakiyo.models.Prospect.id.__doc__ == "Id of the conversation (chat), not of the person."


def test_calls_by_id_go_through_the_public_methods(kakiyo, sandbox, campaign):
    people = [{"name": "A", "url": "in/a", "customData": "x"}]
    added = _testing.call(
        kakiyo, "prospects.add_batch", {"campaignId": campaign, "prospects": people}, {}
    )
    assert added["result"]["listId"]
    rows = _testing.call(kakiyo, "prospects.list", {"campaignId": campaign}, {"page_size": 5})
    assert len(rows["result"]) == 7
    assert [meta["attempts"] for meta in rows["meta"]] == [1, 1]
    missing = _testing.call(kakiyo, "campaigns.stats", {"campaignId": "nope"}, {})
    assert missing["error"]["kind"] == "not_found"
    assert missing["error"]["credits"] == {"min": 0, "max": 1}
