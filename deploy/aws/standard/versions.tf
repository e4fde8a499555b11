terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.us_east_1]
    }
  }
}

data "aws_caller_identity" "this" {}

data "aws_availability_zones" "here" {
  state = "available"
}

locals {
  name = "bookimg-${var.environment}"
}
