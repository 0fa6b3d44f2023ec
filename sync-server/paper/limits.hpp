#pragma once

#include <cstddef>

/// Bounds of paper entry, each with its reason.
namespace doorstep::server::paper::limits {

/// Instances of a repeat that the empty sheet has columns for: larger homes are rare, and get further columns
/// by hand.
inline constexpr std::size_t kInstancesOffered = 6;
/// Instances that are read, where a clerk adds columns.
inline constexpr std::size_t kInstancesRead = 40;

}  // namespace doorstep::server::paper::limits
