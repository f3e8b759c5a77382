/**
 * Models and datasets of a Hugging Face hub: finding them in the local cache, which has the layout
 * of the Python package {@code huggingface_hub}, and fetching them into it or into a plain folder.
 * It is the only package that uses the network. Start with {@link io.engram.core.hub.Hub}; {@link
 * io.engram.core.hub.HubCache} finds what is on this machine.
 *
 * <p>It doesn't trust the server: paths, sizes, pages and redirects are checked and bounded, every
 * file is checked against its hash before it gets its name, and the token goes only to the hub.
 */
@NullMarked
package io.engram.core.hub;

import org.jspecify.annotations.NullMarked;
