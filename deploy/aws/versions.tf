terraform {
  required_version = ">= 1.11" # write-only arguments: keys never reach the state or a plan

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # The bucket comes from state/, its name from environments/*.tfbackend.
  backend "s3" {
    use_lockfile = true
    encrypt      = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

# CloudFront only takes certificates and firewalls from here.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}

locals {
  tags = { product = "bookimg", environment = var.environment }
}
