/**
 * Language models on libtorch: open, convert, save. Scoring, generating and training are packages
 * of their own. Nothing in this module knows of recipes; settings are arguments. Start with {@link
 * io.engram.model.LanguageModel}.
 */
@NullMarked
package io.engram.model;

import org.jspecify.annotations.NullMarked;
