"""Packed text that is the same on every machine: pieces of a template are deflated once and joined with values.

zlib and its kin pack equal text differently from build to build, so a file packed by them may have another
hash elsewhere. This deflate (RFC 1951, fixed codes) is plain arithmetic. A stream is `OPEN`, then in turn plain
bytes (`plain`) and packed pieces (`pack`), and at the end plain bytes and `CLOSE`.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

OPEN: Final = b"\x00"  # the head of a block of plain bytes; their number follows
CLOSE: Final = b"\x03\x00"  # a last, empty block
NOTHING: Final = b"\x00\x00\xff\xff"  # no plain bytes
_LENGTHS = Struct("<HH").pack
_MOST = 0xFFFF
_WINDOW = 32_768
_TRIES = 24  # earlier places looked at for the longest repetition


def _mirrored(value: int, bits: int) -> int:
    return int(f"{value:0{bits}b}"[::-1], 2)


def _symbol(number: int) -> tuple[int, int]:
    if number < 144:
        return _mirrored(0x30 + number, 8), 8
    if number < 256:
        return _mirrored(0x190 + number - 144, 9), 9
    if number < 280:
        return _mirrored(number - 256, 7), 7
    return _mirrored(0xC0 + number - 280, 8), 8


def _length_codes() -> list[tuple[int, int]]:
    """For each length of a repetition its bits and their number."""
    codes = [(0, 0)] * 259
    base, number = 3, 257
    for extra in (0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5):
        bits, width = _symbol(number)
        for offset in range(1 << extra):
            if base + offset < 258:
                codes[base + offset] = (bits | offset << width, width + extra)
        base, number = base + (1 << extra), number + 1
    codes[258] = _symbol(285)
    return codes


def _distance_starts() -> list[tuple[int, int, int]]:
    """First distance, extra bits and code of each of the thirty groups."""
    starts, base = [], 1
    for number in range(30):
        extra = max(0, number // 2 - 1)
        starts.append((base, extra, _mirrored(number, 5)))
        base += 1 << extra
    return starts


_LITERALS = [_symbol(number) for number in range(256)]
_REPEATS = _length_codes()
_STARTS = _distance_starts()
HEADS: Final = [_LENGTHS(size, size ^ _MOST) for size in range(512)]  # of short plain bytes, by their number


def _distance(distance: int) -> tuple[int, int]:
    if distance < 5:
        base, extra, code = _STARTS[distance - 1]
    else:
        top = (distance - 1).bit_length() - 1
        base, extra, code = _STARTS[2 * top + ((distance - 1) >> (top - 1) & 1)]
    return code | (distance - base) << 5, 5 + extra


def pack(data: bytes) -> bytes:
    """The piece packed; it begins and ends where plain bytes (perhaps none) stand before and after it."""
    out = bytearray()
    hold, held = 0b010, 3  # one more block, fixed codes
    seen: dict[bytes, list[int]] = {}
    place, size = 0, len(data)
    while place < size:
        length, distance = _longest(data, place, size, seen)
        if length:
            bits, width = _REPEATS[length]
            far, far_width = _distance(distance)
            hold |= (bits | far << width) << held
            held += width + far_width
        else:
            length = 1
            bits, width = _LITERALS[data[place]]
            hold |= bits << held
            held += width
        for index in range(place, place + length):
            seen.setdefault(data[index : index + 3], []).append(index)
        place += length
        while held >= 8:
            out.append(hold & 0xFF)
            hold >>= 8
            held -= 8
    held += 7 + 3  # the end of the block is seven zeros, the head of plain bytes three
    out += hold.to_bytes((held + 7) // 8, "little")
    return bytes(out)


def _longest(data: bytes, place: int, size: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    best, where = 0, 0
    most = min(258, size - place)
    if most < 4:
        return 0, 0
    for earlier in reversed(seen.get(data[place : place + 3], ())[-_TRIES:]):
        if place - earlier > _WINDOW:
            break
        if best and data[earlier + best] != data[place + best]:
            continue
        length = 3
        while length < most and data[earlier + length] == data[place + length]:
            length += 1
        if length > best:
            best, where = length, place - earlier
            if length == most:
                break
    return best, where


def plain(data: bytes) -> bytes:
    """Bytes as they are, with their number before them."""
    size = len(data)
    if size < len(HEADS):
        return HEADS[size] + data
    if size <= _MOST:
        return _LENGTHS(size, size ^ _MOST) + data
    return OPEN.join(
        _LENGTHS(len(part), len(part) ^ _MOST) + part
        for part in (data[start : start + _MOST] for start in range(0, size, _MOST))
    )


def whole(data: bytes) -> bytes:
    """A complete stream of one piece."""
    return b"".join((OPEN, NOTHING, pack(data), NOTHING, CLOSE))
