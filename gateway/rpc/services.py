"""Every rpc of the protos, and the method that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..model import Answer, Granted, Report
from .catalog import CatalogChannel
from .channel import DataChannel
from .engine.contract import AnyMethod, Bidirectional, Refuse, ServerStreaming
from .streams.batch import Batch
from .streams.user_info import UserInfoStream


def main_methods(
    channel: DataChannel,
    catalog: CatalogChannel,
    part: Callable[[Granted, Answer], Report],
    refuse: Refuse,
) -> Mapping[str, AnyMethod]:
    """List what the main listener serves, by path."""
    stream = UserInfoStream(channel.ask, part, channel.report)
    batch = Batch(channel.ask, channel.identify, refuse, channel.clock)
    return {
        "/datachannel.v1.DataChannelService/GetUserInfo": channel.get_user_info,
        "/datachannel.v1.DataChannelService/StreamUserInfo": ServerStreaming(stream),
        "/datachannel.v1.DataChannelService/BatchGetUserInfo": Bidirectional(batch),
        "/datachannel.v1.DataChannelService/GetInquiry": channel.get_inquiry,
        "/datachannel.v1.CatalogService/ListProducts": catalog.list_products,
        "/datachannel.v1.CatalogService/GetProduct": catalog.get_product,
        "/datachannel.v1.CatalogService/ListConnectors": catalog.list_connectors,
        "/datachannel.v1.CatalogService/ExplainInquiry": catalog.explain_inquiry,
    }
