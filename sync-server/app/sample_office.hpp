#pragma once

#include <doorstep/error.hpp>
#include <filesystem>
#include <memory>
#include <string>

namespace doorstep::server {

/// An invented office in a temporary folder, which goes with it: one community down to its doors, a family
/// behind most of them, and a leader to invite.
class SampleOffice {
 public:
  /// `pack`: a folder or a name, empty for the sample's own.
  static Result<std::unique_ptr<SampleOffice>> make(const std::string& pack);
  ~SampleOffice();
  SampleOffice(const SampleOffice&) = delete;
  SampleOffice& operator=(const SampleOffice&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  /// The leader's invitation as link and QR code on standard output. `host`: as `invite --host`.
  Status print_invitation(const std::string& host) const;

 private:
  explicit SampleOffice(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
  std::string leader_;
  std::string role_;
  std::string place_;
};

}  // namespace doorstep::server
