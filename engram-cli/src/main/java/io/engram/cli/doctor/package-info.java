/** What this machine can run, and what to change. Never loads what it warns of. */
@NullMarked
package io.engram.cli.doctor;

import org.jspecify.annotations.NullMarked;
