/** A recipe carried out in a run folder: started, resumed, stopped, and what is said of it. */
@NullMarked
package io.engram.cli.run;

import org.jspecify.annotations.NullMarked;
