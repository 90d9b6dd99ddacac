import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import { DataDirUnusable } from '../errors.ts';

/** The last row known to be committed, and when it was received, epoch ms. */
export interface HighWaterMark {
  seq: number;
  atMs: number;
}

export interface HighWater {
  /** The mark as it was when the file was opened. `damaged`: the file is not empty, and neither slot is valid. */
  readonly found: HighWaterMark | 'absent' | 'damaged';
  /** Records that everything up to `seq` is committed. Never throws: a mark that lags only detects less. */
  advance(mark: HighWaterMark): void;
  close(): void;
}

/** Two slots on pages of their own, written alternately: an interrupted write damages only one. */
const SLOT_BYTES = 4096;
const MARK_BYTES = 20;
const SYNC_EVERY_MS = 1000;

/**
 * The high-water mark: the last committed `seq`, in a file apart from the database. SQLite silently drops a damaged tail
 * of its write-ahead log; a mark ahead of the database shows which rows are gone.
 *
 * It is written after each commit and before the calls of that commit are answered, with one small write into
 * preallocated space. So it is never ahead of what was committed, and
 * - after a process crash it covers every event that was answered;
 * - after a power cut it may lag by up to one second, the interval of its own syncs. Commits are synced separately: the
 *   mark detects a loss, it does not prevent one.
 *
 * @param path created when absent, readable by its owner alone.
 * @throws {DataDirUnusable} when it cannot be opened for writing.
 */
export function openHighWater(path: string): HighWater {
  const file = openFile(path);
  const isBlank = readBytes(file, 0, 2 * SLOT_BYTES).every((byte) => byte === 0);
  const [first, second] = [readSlot(file, 0), readSlot(file, 1)];
  let slot = (second?.seq ?? 0) > (first?.seq ?? 0) ? 1 : 0;
  const newest = slot === 1 ? second : first;
  allocate(file);
  const bytes = Buffer.alloc(MARK_BYTES);
  let reached = newest?.seq ?? 0;
  let isSynced = true;

  const timer = setInterval(() => {
    if (isSynced) return;
    isSynced = true;
    fdatasync(file, () => {});
  }, SYNC_EVERY_MS);
  timer.unref();

  return {
    found: newest ?? (isBlank ? 'absent' : 'damaged'),
    advance(mark) {
      if (mark.seq <= reached) return;
      reached = mark.seq;
      slot = 1 - slot;
      isSynced = false;
      encode(bytes, mark);
      try {
        writeSync(file, bytes, 0, MARK_BYTES, slot * SLOT_BYTES);
      } catch {
        // The disk is full or failing: the next append reports it.
      }
    },
    close() {
      clearInterval(timer);
      fdatasyncSync(file);
      closeSync(file);
    },
  };
}

function openFile(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  } catch (error) {
    throw new DataDirUnusable(
      `${path} cannot be opened for writing (${String(error)}). Make it a file this user can write, or remove it.`,
      { cause: error },
    );
  }
}

/** Allocates both slots, so that a full disk later does not keep the mark from being written. */
function allocate(file: number): void {
  const { size } = fstatSync(file);
  try {
    if (size < 2 * SLOT_BYTES) writeSync(file, Buffer.alloc(2 * SLOT_BYTES - size), 0, undefined, size);
  } catch {
    // The disk is full: each write allocates its slot if it can.
  }
}

function encode(bytes: Buffer, { seq, atMs }: HighWaterMark): void {
  bytes.writeDoubleLE(seq, 0);
  bytes.writeDoubleLE(atMs, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 16)), 16);
}

/** Bytes past the end of the file read as zeros. */
function readBytes(file: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, from);
  return bytes;
}

function readSlot(file: number, slot: number): HighWaterMark | undefined {
  const bytes = readBytes(file, slot * SLOT_BYTES, MARK_BYTES);
  const mark = { seq: bytes.readDoubleLE(0), atMs: bytes.readDoubleLE(8) };
  const isWhole = crc32(bytes.subarray(0, 16)) === bytes.readUInt32LE(16);
  return isWhole && Number.isSafeInteger(mark.seq) && mark.seq > 0 ? mark : undefined;
}
