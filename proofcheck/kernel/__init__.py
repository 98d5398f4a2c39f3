"""The trusted core: terms, their normal form, intervals, signs, and the rules that make theorems."""
