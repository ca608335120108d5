import { status } from "@grpc/grpc-js";
import type { RadioStationErrorCode } from "./error.ts";

/** What a remote caller may be told, and the gRPC status that goes with it. */
export const REFUSAL_STATUS = {
  BAD_REQUEST: status.INVALID_ARGUMENT,
  REQUEST_REFUSED: status.INVALID_ARGUMENT,
  BAD_PROOF: status.INVALID_ARGUMENT,
  WRONG_FINGERPRINT: status.INVALID_ARGUMENT,
  UNAUTHENTICATED: status.UNAUTHENTICATED,
  TOKEN_UNKNOWN: status.UNAUTHENTICATED,
  TOKEN_USED: status.PERMISSION_DENIED,
  TOKEN_EXPIRED: status.PERMISSION_DENIED,
  NOT_A_PEER: status.PERMISSION_DENIED,
  KEY_CONFLICT: status.ALREADY_EXISTS,
  NOT_REGISTERED: status.FAILED_PRECONDITION,
  DIRECTORY_FULL: status.RESOURCE_EXHAUSTED,
  CHANNEL_UNKNOWN: status.NOT_FOUND,
  INTERNAL: status.INTERNAL,
} as const satisfies Partial<Record<RadioStationErrorCode, status>>;

export type RefusalCode = keyof typeof REFUSAL_STATUS;

export type Refusal = { readonly ok: false; readonly code: RefusalCode; readonly message: string };

export type Reply<T> = { readonly ok: true; readonly value: T } | Refusal;

export const refuse = (code: RefusalCode, message: string): Refusal => ({ ok: false, code, message });

export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(REFUSAL_STATUS, code);
