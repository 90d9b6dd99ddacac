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

/** The last row known to be committed, and its time, epoch ms. */
export interface Mark {
  seq: number;
  atMs: number;
}

export interface HighWater {
  /** What the file said when it was opened. `damaged`: something is written there, and nothing of it can be trusted. */
  readonly found: Mark | 'absent' | 'damaged';
  /** Notes that everything up to `seq` is committed. Never fails: a mark that lags is only less telling. */
  reach(mark: Mark): void;
  close(): void;
}

/** Two slots on pages of their own, written in turn: a write that is cut off spoils one of them. */
const SLOT_BYTES = 4096;
const MARK_BYTES = 20;
const SYNC_EVERY_MS = 1000;

/**
 * How far the log has come, kept apart from the database. SQLite drops a damaged tail of its write-ahead log without a
 * word; whoever finds the mark ahead of the database knows which rows are missing.
 *
 * The mark is written after each commit and before anybody is told, with one small write into space the file already
 * has. So it never runs ahead of what was committed, and
 * - after the death of the process it covers every event that was answered;
 * - after a power cut it may lag by the second between two of its own syncs. Commits sync for themselves: the mark is
 *   the witness of a loss, not what prevents it.
 *
 * @param path made when missing, for its owner alone.
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
    reach(mark) {
      if (mark.seq <= reached) return;
      reached = mark.seq;
      slot = 1 - slot;
      isSynced = false;
      encode(bytes, mark);
      try {
        writeSync(file, bytes, 0, MARK_BYTES, slot * SLOT_BYTES);
      } catch {
        // The disk is full or failing: the log itself says so to those who write.
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
      `${path} cannot be opened for writing (${String(error)}). Make it a file this user may write to, or remove it.`,
      { cause: error },
    );
  }
}

/** Takes the room of both slots while there is some, so that a full disk later does not stop the mark. */
function allocate(file: number): void {
  const { size } = fstatSync(file);
  try {
    if (size < 2 * SLOT_BYTES) writeSync(file, Buffer.alloc(2 * SLOT_BYTES - size), 0, undefined, size);
  } catch {
    // Full already: then each mark takes what room it finds.
  }
}

function encode(bytes: Buffer, { seq, atMs }: Mark): void {
  bytes.writeDoubleLE(seq, 0);
  bytes.writeDoubleLE(atMs, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 16)), 16);
}

/** What the file does not have reads as zeros. */
function readBytes(file: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, from);
  return bytes;
}

function readSlot(file: number, slot: number): Mark | undefined {
  const bytes = readBytes(file, slot * SLOT_BYTES, MARK_BYTES);
  const mark = { seq: bytes.readDoubleLE(0), atMs: bytes.readDoubleLE(8) };
  const isWhole = crc32(bytes.subarray(0, 16)) === bytes.readUInt32LE(16);
  return isWhole && Number.isSafeInteger(mark.seq) && mark.seq > 0 ? mark : undefined;
}
