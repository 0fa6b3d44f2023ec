#pragma once

namespace doorstep::server {

/// The `doorstep-server` command: reads its arguments, runs one command, tells what happened. The exit code
/// is 0 when done, 2 for a mistake in the command line, 1 for everything else.
int run_command_line(int argc, char** argv);

}  // namespace doorstep::server
