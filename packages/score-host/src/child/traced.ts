/** Makes this realm one whose errors are traced. Imported for its effect, before the realm is locked down. */
import { traceErrors } from "./trace.ts";

traceErrors();
