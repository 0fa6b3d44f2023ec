#pragma once

#include <cstdint>
#include <doorstep/form.hpp>
#include <string>
#include <vector>

#include "forms/expression.hpp"
#include "forms/scalar.hpp"

namespace doorstep::forms {

/// What an expression sees from where it stands.
class Surroundings {
 public:
  virtual ~Surroundings() = default;

  /// `.`, and the own value of once().
  virtual Scalar self() const = 0;
  /// Of the same instance; empty when it is not relevant.
  virtual Scalar answer(std::uint32_t item) const = 0;
  /// Of all instances, the relevant ones; of a repeat, an element for each instance.
  virtual std::vector<Scalar> answers(std::uint32_t item) const = 0;
  /// In instance `number` (from 1) of a repeat; empty when there is none.
  virtual Scalar indexed(std::uint32_t item, std::uint32_t repeat, double number) const = 0;
  /// Number of the instance around, from 1.
  virtual double position() const = 0;
  virtual std::string choice_name(std::uint32_t item, const std::string& value) const = 0;
  /// A choice's attribute, in its filter.
  virtual std::string column(const std::string& name) const = 0;
  virtual const FormTime& time() const = 0;
};

/// Steps that are left; what is evaluated past them is empty, and `exhausted` says so.
struct Budget {
  std::size_t steps = 0;
  bool exhausted = false;

  bool spend(std::size_t count) {
    if (steps < count) {
      exhausted = true;
      return false;
    }
    steps -= count;
    return true;
  }
};

Scalar evaluate(const Expression& expression, const Surroundings& surroundings, Budget& budget);

/// Characters of UTF-8 text.
std::size_t character_count(std::string_view text);

/// Values of a select_multiple.
std::vector<std::string> split_values(std::string_view text);

}  // namespace doorstep::forms
