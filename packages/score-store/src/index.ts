/**
 * The SCORE store: which version of which SCORE runs from which height, decided on the chain.
 *
 * Guarantees: a package has one text and one hash, wherever it was packed; what is registered is what its hash says and
 * stays readable; what runs at a height is a function of the store's state alone, so all peers switch at the same block.
 * Everything here is pure. The contract itself is the module `@dure/score-store/contract`, to be packed into a genesis.
 *
 * Leaves to others: packing sources, loading and running contracts (@dure/score-host), when to ask (@dure/node), and what
 * becomes of a block whose execution halts. The rules: specs/score-store.md.
 */
export {
  declarationOf,
  formatPackage,
  PACKAGE_CHARS_MAX,
  type PackageDeclaration,
  type PackageFunctions,
  packageHash,
  partsOf,
  type ReadPackage,
  readPackage,
  type ScorePackage,
} from "./package.ts";
export {
  type Action,
  HOST_ID,
  type Proposal,
  type ProposalStatus,
  STORE,
  type StepRecord,
  type VersionName,
  type VersionRecord,
} from "./records.ts";
export {
  type ActiveScore,
  activeScores,
  type DueActivation,
  describeScore,
  dueActivations,
  type GetText,
  knownScores,
} from "./registry.ts";
export {
  activationRefusal,
  lastingSuspensions,
  SUSPENSIONS_KEY,
  type SuspensionNotice,
  type SuspensionRecord,
  suspendedMessage,
  suspensionsIn,
  suspensionsText,
  withBegun,
  withEnded,
} from "./suspending.ts";
export type { KnownScore, ScoreHistory } from "./telling.ts";
