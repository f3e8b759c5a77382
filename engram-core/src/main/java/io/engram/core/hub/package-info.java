/**
 * Models and datasets of a Hugging Face hub: finding them in the local cache, which has the layout
 * of the Python package {@code huggingface_hub}, and fetching them into it or into a plain folder.
 * The only package that speaks to a network. Start with {@link io.engram.core.hub.Hub}; what lies
 * on this machine is found by {@link io.engram.core.hub.HubCache}.
 *
 * <p>Nothing that a server says is trusted: paths, sizes, pages and redirects are checked and
 * bounded, every file is compared with its hash before it gets its name, and the token goes to the
 * hub alone.
 */
@NullMarked
package io.engram.core.hub;

import org.jspecify.annotations.NullMarked;
