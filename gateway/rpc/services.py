"""Every rpc of the protos, and the method that answers it."""

from __future__ import annotations

from collections.abc import Mapping

from .catalog import CatalogChannel
from .channel import DataChannel
from .engine.contract import Method


def main_methods(channel: DataChannel, catalog: CatalogChannel) -> Mapping[str, Method]:
    """List what the main listener serves, by path."""
    return {
        "/datachannel.v1.DataChannelService/GetUserInfo": channel.get_user_info,
        "/datachannel.v1.DataChannelService/GetInquiry": channel.get_inquiry,
        "/datachannel.v1.CatalogService/ListProducts": catalog.list_products,
        "/datachannel.v1.CatalogService/GetProduct": catalog.get_product,
        "/datachannel.v1.CatalogService/ListConnectors": catalog.list_connectors,
        "/datachannel.v1.CatalogService/ExplainInquiry": catalog.explain_inquiry,
    }
