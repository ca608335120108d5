/** The least that a disk writes or leaves: a write that was cut short leaves whole sectors as they were. */
const SECTOR_BYTES = 512;
/** Fewer zeros than this at the end of a sector may well be data. */
const ZEROS_MIN = 8;

const isZero = (bytes: Buffer, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false;
  return true;
};

/**
 * Whether the unreadable end of a file, from `from` on, looks like an append that never completed. A file system that
 * grew the file before it wrote the data leaves zeros in whole sectors, never other bytes in them. So an end of full
 * length without a sector of zeros was once complete, was perhaps acknowledged, and is damage: taking it for unwritten
 * would let a validator forget a vote.
 */
export const looksTorn = (bytes: Buffer, from: number): boolean => {
  for (let at = from; at < bytes.length; ) {
    const sectorEnd = Math.min(bytes.length, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (sectorEnd - at >= ZEROS_MIN && isZero(bytes, at, sectorEnd)) return true;
    at = sectorEnd;
  }
  return false;
};
