#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.hpp"

/// Every bound of forms, with its unit and its reason.
namespace doorstep::forms::limits {

/// A form and its finished answers are each one value of one cell.
inline constexpr std::size_t kFormBytes = doorstep::limits::kValueBytes;
inline constexpr std::size_t kAnswersBytes = doorstep::limits::kValueBytes;
/// What somebody wrote in one field; a page and a half.
inline constexpr std::size_t kAnswerBytes = 8 * 1024;
/// All answers of a draft together, also those that are not relevant at the moment; and its JSON around them.
inline constexpr std::size_t kDraftBytes = 1024 * 1024;
inline constexpr std::size_t kDraftJsonBytes = 4 * kDraftBytes;

inline constexpr std::size_t kItems = 1'000;
/// Groups in groups. XLSForms take two or three.
inline constexpr std::size_t kDepth = 8;
inline constexpr std::size_t kNameBytes = 64;
inline constexpr std::size_t kChoiceBytes = 128;

inline constexpr std::size_t kExpressionBytes = 4 * 1024;
inline constexpr std::size_t kExpressionTerms = 256;
/// Brackets and calls within each other; also how deep evaluation calls itself.
inline constexpr std::size_t kExpressionDepth = 32;
/// Steps that a match of a regular expression may take, and memory in KiB.
inline constexpr std::uint32_t kMatchSteps = 100'000;
inline constexpr std::uint32_t kMatchMemory = 1'024;

inline constexpr std::uint32_t kInstances = 200;
inline constexpr std::uint32_t kInstancesUnsaid = 100;
/// Answers, answered or not, of one draft: two hundred residents with a hundred questions each.
inline constexpr std::size_t kCells = 20'000;
/// Terms evaluated after one change. A household questionnaire takes hundreds.
inline constexpr std::size_t kSteps = 2'000'000;
/// Text that an expression makes: nobody's answer, and bounds what it takes to make it.
inline constexpr std::size_t kTextBytes = doorstep::limits::kValueBytes;

}  // namespace doorstep::forms::limits
