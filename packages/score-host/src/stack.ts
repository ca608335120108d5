/**
 * The stack of a thread that runs contracts, which the meter's depth cannot fill.
 *
 * The meter counts words of the stack, but the frames of the engine's own that lie between those of a contract (a getter
 * that a spread calls, a conversion within a native) take up to 2 kB each, and the arguments of a call that are spread
 * eight bytes each, which are charged as memory. Together that is some 110 MB at most. A process's first thread has what
 * the system gives it, mostly 8 MB; a worker has what it is given here, of which only what is used takes memory.
 */
export const STACK_MB = 256;
