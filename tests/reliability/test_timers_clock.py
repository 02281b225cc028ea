"""Clocks that jump, and clocks that disagree: business time is the database's, carried on by the monotonic clock (case 82).

The hub never asks the machine for the time of day to decide anything; it only compares, and says so.
"""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from hub.store.clock import DatabaseClock
from hub.store.deliveries import Hold, claim
from tests.delivery.bench import Outside
from tests.inbox.desk import Desk, says

HOUR = timedelta(hours=1)
