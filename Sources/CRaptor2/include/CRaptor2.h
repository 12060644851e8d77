#pragma once
#include <raptor2/raptor2.h>

/// Loads the library raptor, which the other functions need; safe to call from any thread.
///
/// Returns 0, or -1 if the library or one of its functions is not there.
int raptor_load(void);
