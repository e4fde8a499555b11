terraform {
  required_version = ">= 1.11" # write-only arguments: keys never reach the state or a plan

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { product = "bookimg", environment = var.environment }
  }
}

data "aws_caller_identity" "this" {}

data "aws_availability_zones" "here" {
  state = "available"
}

locals {
  name = "bookimg-${var.environment}"
}
